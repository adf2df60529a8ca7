package dev.sedano.conformance.golden;

import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.TestBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sends captured commands to mailboxes, and listens to replies, greetings and events. One thread uses it. */
final class ControlTap implements AutoCloseable {
    static final String QUEUE = "celery";
    private static final String MAILBOXES = "celery.pidbox";
    private static final String REPLIES = "reply.celery.pidbox";
    private static final String EVENTS = "celeryev";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private record Heard(String exchange, String routingKey, AMQP.BasicProperties properties, JsonNode body) {}

    private final Connection connection;
    private final Channel channel;
    private final String queue;
    private final List<Heard> heard = new CopyOnWriteArrayList<>();
    private final Set<String> bound = new HashSet<>();

    /** Begins to listen; no worker needs to run. */
    ControlTap(TestBroker broker) {
        connection = broker.connect();
        try {
            channel = connection.createChannel();
            channel.exchangeDeclare(MAILBOXES, "fanout", false, false, Map.of());
            channel.exchangeDeclare(REPLIES, "direct", false, false, Map.of());
            channel.exchangeDeclare(EVENTS, "topic", true, false, Map.of());
            queue = channel.queueDeclare().getQueue();
            channel.queueBind(queue, EVENTS, "#");
            channel.queueBind(queue, MAILBOXES, "");
            channel.basicConsume(queue, true, new DefaultConsumer(channel) {
                @Override
                public void handleDelivery(String tag, Envelope from, AMQP.BasicProperties properties, byte[] body) {
                    heard.add(new Heard(from.getExchange(), from.getRoutingKey(), properties, JSON.readTree(body)));
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void listenTo(String replyKey) {
        if (bound.add(replyKey)) {
            try {
                channel.queueBind(queue, REPLIES, replyKey);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void publish(String exchange, String key, AMQP.BasicProperties properties, byte[] body) {
        try {
            channel.basicPublish(exchange, key, properties, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns when both workers answer. */
    void awaitMailboxes(Duration limit) {
        awaitCommand("ref@wirehost", "ping", Map.of(), limit, reply -> reply.has("ok"));
        awaitCommand("two@wirehost", "ping", Map.of(), limit, reply -> reply.has("ok"));
    }

    /** Gives a command of our own until the first worker's reply is as wanted. */
    void awaitCommand(String method, Map<String, ?> arguments, Duration limit, Predicate<JsonNode> wanted) {
        awaitCommand("ref@wirehost", method, arguments, limit, wanted);
    }

    private void awaitCommand(
            String node, String method, Map<String, ?> arguments, Duration limit, Predicate<JsonNode> wanted) {
        String key = UUID.randomUUID().toString();
        listenTo(key);
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("method", method);
        message.put("arguments", arguments);
        message.put("destination", List.of(node));
        message.put("reply_to", Map.of("exchange", REPLIES, "routing_key", key));
        await(method + " of " + node)
                .atMost(limit)
                .pollInSameThread()
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    publish(
                            MAILBOXES,
                            "",
                            new AMQP.BasicProperties.Builder()
                                    .contentType("application/json")
                                    .contentEncoding("utf-8")
                                    .build(),
                            JSON.writeValueAsBytes(message));
                    List<Heard> replies = replies(key, node);
                    return !replies.isEmpty()
                            && wanted.test(
                                    replies.get(replies.size() - 1).body().get(node));
                });
    }

    private List<Heard> replies(String key, String node) {
        return heard.stream()
                .filter(each -> each.exchange.equals(REPLIES) && each.routingKey.equals(key) && each.body.has(node))
                .toList();
    }

    /**
     * Publishes a captured command.
     *
     * @return what about the reply is not as captured; without a captured one, whether there is none
     */
    List<String> send(CapturedCommand command, Duration limit) {
        String key = command.replyKey();
        int before = key == null ? 0 : replies(key, command.node()).size();
        if (key != null) {
            listenTo(key);
        }
        publish(MAILBOXES, "", command.properties(), command.body());
        JsonNode celerys = command.reply();
        if (key == null || celerys == null) {
            // A later command is answered later, so that what is to come has come.
            if (!command.method().equals("shutdown")) {
                awaitCommand("ping", Map.of(), limit, reply -> reply.has("ok"));
            }
            return key == null || replies(key, command.node()).isEmpty() ? List.of() : List.of(": a reply");
        }
        try {
            await(command.name())
                    .atMost(limit)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> replies(key, command.node()).size() > before);
        } catch (ConditionTimeoutException e) {
            return List.of(": no reply");
        }
        List<Heard> all = replies(key, command.node());
        return differences(command, celerys, all.get(all.size() - 1));
    }

    private static List<String> differences(CapturedCommand command, JsonNode celerys, Heard ours) {
        Map<String, Object> headers = new HashMap<>();
        Objects.requireNonNull(ours.properties.getHeaders())
                .forEach((name, value) -> headers.put(name, value instanceof Number ? value : String.valueOf(value)));
        return Stream.of(
                        Shape.differences(celerys.get("body").get(command.node()), ours.body.get(command.node()))
                                .stream()
                                .map(difference -> "/reply" + difference),
                        Shape.differences(celerys.get("headers"), JSON.valueToTree(headers)).stream()
                                .map(difference -> "/headers" + difference),
                        Objects.equals(celerys.at("/headers/ticket").asString(""), headers.get("ticket"))
                                ? Stream.<String>empty()
                                : Stream.of("/headers/ticket: another"),
                        properties(celerys.get("properties"), ours.properties).stream())
                .flatMap(each -> each)
                .toList();
    }

    private static List<String> properties(JsonNode celerys, AMQP.BasicProperties ours) {
        JsonNode told = JSON.valueToTree(Map.of(
                "content_type", String.valueOf(ours.getContentType()),
                "content_encoding", String.valueOf(ours.getContentEncoding()),
                "delivery_mode", ours.getDeliveryMode(),
                "priority", ours.getPriority()));
        return told.equals(celerys) ? List.of() : List.of("/properties: " + told);
    }

    /** Sends a task to the first worker. */
    void task(CeleryMessage message) {
        publish("", QUEUE, message.properties(), message.body());
    }

    /** Sends the tasks of a captured call; one that expires does so in an hour. */
    void replay(GoldenFile file) {
        for (GoldenFile.Sent sent : file.sent()) {
            Map<String, Object> headers = new HashMap<>(sent.properties().getHeaders());
            headers.computeIfPresent(
                    "expires", (name, past) -> Instant.now().plusSeconds(3600).toString());
            publish("", QUEUE, sent.properties().builder().headers(headers).build(), sent.body());
        }
    }

    /** The events of workers so far. */
    List<CapturedEvent> events() {
        List<CapturedEvent> events = new ArrayList<>();
        heard.stream()
                .filter(each -> each.exchange.equals(EVENTS))
                .forEach(each -> CapturedEvent.add(events, each.routingKey, each.body));
        return events;
    }

    /** What about the greeting of the first worker is not as captured. */
    List<String> greetingDifferences() {
        JsonNode celerys = JSON.readTree(GoldenFile.ROOT
                        .resolve("topology/worker_default_boot_messages.json")
                        .toFile())
                .get("messages")
                .get(0);
        JsonNode captured = JSON.readTree(
                java.util.Base64.getDecoder().decode(celerys.get("body_b64").stringValue()));
        return heard.stream()
                .filter(each -> each.exchange.equals(MAILBOXES)
                        && each.body.at("/arguments/from_node").asString("").equals("ref@wirehost"))
                .findFirst()
                .map(ours -> Shape.differences(captured, ours.body))
                .orElse(List.of("no greeting"));
    }

    /** Stops listening, and removes the queues of the workers with all that is left in them. */
    @Override
    public void close() {
        try {
            for (String each : List.of(QUEUE, QUEUE + ".dead", "two", "two.dead", "extra", "extra2")) {
                channel.queueDelete(each);
            }
            channel.exchangeDelete(QUEUE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            connection.abort();
        }
    }
}
