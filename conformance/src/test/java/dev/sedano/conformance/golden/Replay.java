package dev.sedano.conformance.golden;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.LongString;
import dev.sedano.conformance.harness.TestBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends captured calls to the worker on queue {@code celery} and watches what becomes of them: RabbitMQ's trace shows every
 * message that is published, events included, and Redis what is stored. One thread uses it.
 */
final class Replay implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final long CONFIRM_MILLIS = 30_000;
    static final String QUEUE = "celery";
    static final String DEAD = QUEUE + ".dead";

    /** The dead letters, and where signatures of captured calls go whose tasks no worker here has. */
    private static final List<String> WATCHED = List.of(DEAD, "out", "other");

    private final TestBroker broker;
    private final Jedis redis;
    private final Connection connection;
    private final Channel channel;
    private final List<GoldenFile> sent = new ArrayList<>();
    private final Queue<Published> published = new ConcurrentLinkedQueue<>();
    private int seen;
    private final Queue<String> dead = new ConcurrentLinkedQueue<>();

    private record Published(String exchange, String routingKey, JsonNode properties, byte[] body) {
        JsonNode headers() {
            return properties.path("headers");
        }
    }

    /**
     * Begins to watch. The worker has declared its queue, or {@link #declare} has.
     *
     * @param redis of the results, an empty database; not closed
     */
    Replay(TestBroker broker, Jedis redis) {
        this.broker = broker;
        this.redis = redis;
        connection = broker.connect();
        try {
            channel = connection.createChannel();
            channel.exchangeDeclare(QUEUE, "direct", true);
            channel.queueBind(QUEUE, QUEUE, QUEUE);
            for (String queue : WATCHED) {
                channel.queueDeclare(queue, true, false, false, Map.of());
            }
            broker.control("trace_on");
            String tap = channel.queueDeclare().getQueue();
            channel.queueBind(tap, "amq.rabbitmq.trace", "publish.#");
            channel.basicConsume(tap, true, new DefaultConsumer(channel) {
                @Override
                public void handleDelivery(String tag, Envelope from, AMQP.BasicProperties trace, byte[] body) {
                    published.add(published(trace, body));
                }
            });
            channel.basicConsume(DEAD, true, new DefaultConsumer(channel) {
                @Override
                public void handleDelivery(String tag, Envelope from, AMQP.BasicProperties message, byte[] body) {
                    dead.add(Objects.requireNonNullElse(message.getCorrelationId(), "without an id"));
                }
            });
            channel.confirmSelect();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Declares the queues of a worker that only refuses what it does not take. */
    static void declare(TestBroker broker) {
        try (Connection connection = broker.connect();
                Channel channel = connection.createChannel()) {
            channel.queueDeclare(DEAD, true, false, false, Map.of());
            channel.queueDeclare(
                    QUEUE, true, false, false, Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", DEAD));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException("the channel did not close", e);
        }
    }

    private static Published published(AMQP.BasicProperties trace, byte[] body) {
        Map<String, Object> about = trace.getHeaders();
        List<?> keys = (List<?>) Objects.requireNonNull(about.get("routing_keys"));
        return new Published(
                String.valueOf(about.get("exchange_name")),
                String.valueOf(keys.get(0)),
                JSON.valueToTree(plain(about.get("properties"))),
                body);
    }

    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof LongString text) {
            return text.toString();
        } else if (value instanceof List<?> list) {
            return list.stream().map(Replay::plain).toList();
        } else if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((key, each) -> copy.put(String.valueOf(key), plain(each)));
            return copy;
        }
        return value;
    }

    /** Sends all messages of these calls at once, after what their producers wrote into Redis. */
    void send(Collection<GoldenFile> files) {
        sent.addAll(files);
        try {
            for (GoldenFile file : files) {
                file.written().forEach(redis::set);
                for (GoldenFile.Sent message : file.sent()) {
                    channel.basicPublish(
                            message.exchange(), message.routingKey(), message.properties(), message.body());
                }
            }
            channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException("the broker did not confirm", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while publishing", e);
        }
    }

    /** Whether nothing was published since this was asked last. */
    boolean isQuiet() {
        int now = published.size();
        boolean quiet = now == seen;
        seen = now;
        return quiet;
    }

    /** What has become of each call so far, by the names of the files. */
    Map<String, Outcome> outcomes() {
        Map<String, String> owners = owners();
        Map<String, Outcome.Builder> outcomes = new HashMap<>();
        sent.forEach(file -> outcomes.put(file.name(), new Outcome.Builder()));
        for (Published message : published) {
            if (message.exchange.equals("celeryev")) {
                JsonNode body = JSON.readTree(message.body);
                for (JsonNode event :
                        body.isArray() ? body : JSON.createArrayNode().add(body)) {
                    Outcome.Builder outcome =
                            outcomes.get(owners.get(event.path("uuid").asString("")));
                    if (outcome != null) {
                        outcome.event(event);
                    }
                }
            } else if (message.headers().path("parent_id").isString() && !message.routingKey.equals(DEAD)) {
                Outcome.Builder outcome = outcomes.get(
                        owners.get(message.headers().path("root_id").asString("")));
                if (outcome != null) {
                    outcome.published(
                            message.exchange, message.routingKey, message.properties, message.headers(), message.body);
                }
            }
        }
        for (String key : redis.keys("*celery-*")) {
            Matcher id = ID.matcher(key);
            Outcome.Builder outcome = id.find() ? outcomes.get(owners.get(id.group())) : null;
            if (outcome != null) {
                outcome.stored(key, value(key));
            }
        }
        dead.forEach(id -> {
            Outcome.Builder outcome = outcomes.get(owners.get(id));
            if (outcome != null) {
                outcome.dead(id);
            }
        });
        Map<String, Outcome> built = new HashMap<>();
        sent.forEach(file -> built.put(
                file.name(), Objects.requireNonNull(outcomes.get(file.name())).build(file.known())));
        return built;
    }

    /** Which call an id belongs to: that which brought it, unless several did, or that which led to its message. */
    private Map<String, String> owners() {
        Map<String, String> owners = new HashMap<>();
        Set<String> shared = new HashSet<>();
        for (GoldenFile file : sent) {
            Matcher ids = ID.matcher(file.known());
            while (ids.find()) {
                String other = owners.putIfAbsent(ids.group(), file.name());
                if (other != null && !other.equals(file.name())) {
                    shared.add(ids.group());
                }
            }
        }
        shared.forEach(owners::remove);
        for (Published message : published) {
            String owner = owners.get(message.headers().path("root_id").asString(""));
            if (owner != null) {
                for (String name : List.of("id", "group")) {
                    JsonNode id = message.headers().path(name);
                    if (id.isString() && !shared.contains(id.stringValue())) {
                        owners.putIfAbsent(id.stringValue(), owner);
                    }
                }
            }
        }
        return owners;
    }

    private JsonNode value(String key) {
        return JSON.valueToTree(
                switch (redis.type(key)) {
                    case "string" -> redis.get(key);
                    case "set" -> new TreeSet<>(redis.smembers(key));
                    case "zset" ->
                        redis.zrangeWithScores(key, 0, -1).stream()
                                .map(each -> List.of(each.getElement(), each.getScore()))
                                .toList();
                    default -> redis.type(key);
                });
    }

    /** Stops watching, and removes the queues with all that is left in them. */
    @Override
    public void close() {
        try {
            broker.control("trace_off");
            channel.queueDelete(QUEUE);
            for (String queue : WATCHED) {
                channel.queueDelete(queue);
            }
            channel.exchangeDelete(QUEUE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            connection.abort();
        }
    }
}
