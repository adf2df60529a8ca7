package dev.sedano.conformance.golden;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.LongStringHelper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One captured call: what its producer sent and wrote, and for calls that were run, what the reference worker made of it.
 * Immutable.
 *
 * @param name folder and name, as {@code results/chain3}
 */
record GoldenFile(
        String name,
        List<Sent> sent,
        Map<String, String> written,
        @Nullable Outcome reference) {
    static final Path ROOT = Path.of("../worker/src/test/resources/golden");
    /** The name of Celery's worker, which extended results tell. */
    static final String NODE = "ref@wirehost";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** A message as it is published; {@code exchange} and {@code routingKey} are those of the capture. */
    record Sent(String exchange, String routingKey, AMQP.BasicProperties properties, byte[] body, String text) {}

    /** Folder and name of all files of a folder, sorted. */
    static List<String> names(String folder) {
        try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
            return files.map(
                            file -> folder + "/" + file.getFileName().toString().replace(".json", ""))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a file. The folders count their ids from the same start, and no two calls here may share one: see {@link #own}. */
    static GoldenFile read(String name) {
        try {
            String folder = name.substring(0, name.indexOf('/'));
            JsonNode file = JSON.readTree(own(folder, Files.readString(ROOT.resolve(name + ".json"))));
            return folder.equals("task") ? ofProducer(folder, name, file) : ofRun(folder, name, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ids of the same length for each folder but {@code task}; all else stays as it was captured. */
    private static String own(String folder, String text) {
        return folder.equals("task") ? text : text.replace("00000000-0000-4000-8000-", "00000000-0000-4000-9000-");
    }

    /** Captured without a worker: all of its messages are the producer's. */
    private static GoldenFile ofProducer(String folder, String name, JsonNode file) {
        List<Sent> sent = new ArrayList<>();
        if (file.has("messages")) {
            file.get("messages").forEach(message -> sent.add(sent(folder, message)));
        } else if (file.has("body_b64")) {
            sent.add(sent(folder, file));
        }
        Map<String, String> written = new LinkedHashMap<>();
        file.path("redis_written_by_producer")
                .properties()
                .forEach(entry -> written.put(
                        entry.getKey(), entry.getValue().get("value").stringValue()));
        return new GoldenFile(name, sent, written, null);
    }

    /** Captured with a worker: the producer's are those that no task sent. */
    private static GoldenFile ofRun(String folder, String name, JsonNode file) {
        List<Sent> sent = new ArrayList<>();
        Outcome.Builder outcome = new Outcome.Builder();
        for (JsonNode message : file.get("published")) {
            if (message.get("headers").path("parent_id").isString()) {
                outcome.published(
                        message.get("exchange").stringValue(),
                        message.get("routing_keys").get(0).stringValue(),
                        message.get("properties"),
                        message.get("headers"),
                        body(folder, message).getBytes(StandardCharsets.ISO_8859_1));
            } else if (!message.get("exchange").stringValue().contains("pidbox")) {
                sent.add(sent(folder, message));
            }
        }
        file.get("events").forEach(outcome::event);
        file.get("redis")
                .properties()
                .forEach(
                        entry -> outcome.stored(entry.getKey(), entry.getValue().get("value")));
        Map<String, String> written = new LinkedHashMap<>();
        for (JsonNode command : file.get("redis_commands")) {
            String[] words = command.get("command").stringValue().split(" ", 4);
            boolean producers = command.get("by").stringValue().equals("producer");
            if (producers && words[0].equals("SET")) {
                written.put(words[1], words[2]);
            } else if (producers && words[0].equals("SETEX")) {
                written.put(words[1], words[3]);
            }
        }
        file.get("dead_lettered").forEach(dead -> outcome.dead(dead.get("id").asString()));
        return new GoldenFile(name, sent, written, outcome.build(known(sent, written)));
    }

    /** What the producer's messages and keys say: ids in it are no news in an outcome. */
    String known() {
        return known(sent, written);
    }

    private static String known(List<Sent> sent, Map<String, String> written) {
        StringBuilder text = new StringBuilder(written.toString());
        sent.forEach(message -> text.append(message.text));
        return text.toString();
    }

    /** One character per byte. */
    private static String body(String folder, JsonNode message) {
        byte[] captured = Base64.getDecoder().decode(message.get("body_b64").stringValue());
        return own(folder, new String(captured, StandardCharsets.ISO_8859_1));
    }

    private static Sent sent(String folder, JsonNode message) {
        String own = body(folder, message);
        Map<String, @Nullable Object> headers = new HashMap<>();
        JsonNode types = message.path("header_types");
        message.get("headers")
                .properties()
                .forEach(entry -> headers.put(
                        entry.getKey(),
                        header(entry.getValue(), types.path(entry.getKey()).asString(""))));
        JsonNode keys = message.path("routing_keys");
        boolean celery = StreamSupport.stream(message.get("routed_queues").spliterator(), false)
                .anyMatch(queue -> queue.stringValue().equals("celery"));
        return new Sent(
                celery ? message.get("exchange").stringValue() : "",
                celery ? (keys.isArray() ? keys.get(0) : message.get("routing_key")).stringValue() : "celery",
                properties(message.get("properties"), headers),
                own.getBytes(StandardCharsets.ISO_8859_1),
                message.get("headers") + own + message.get("properties"));
    }

    /** JSON knows fewer types than AMQP: whole numbers and floats are told apart by the captured type. */
    private static @Nullable Object header(JsonNode value, String type) {
        if (value.isString()) {
            return LongStringHelper.asLongString(value.stringValue());
        } else if (type.equals("d")) {
            return value.doubleValue();
        }
        return JSON.treeToValue(value, Object.class);
    }

    private static AMQP.BasicProperties properties(JsonNode given, Map<String, @Nullable Object> headers) {
        return new AMQP.BasicProperties.Builder()
                .contentType(text(given, "content_type"))
                .contentEncoding(text(given, "content_encoding"))
                .deliveryMode(number(given, "delivery_mode"))
                .priority(number(given, "priority"))
                .correlationId(text(given, "correlation_id"))
                .replyTo(text(given, "reply_to"))
                .expiration(text(given, "expiration"))
                .messageId(text(given, "message_id"))
                .appId(text(given, "app_id"))
                .type(text(given, "type"))
                .headers(new HashMap<>(headers))
                .build();
    }

    private static @Nullable String text(JsonNode node, String name) {
        return node.path(name).isString() ? node.get(name).stringValue() : null;
    }

    private static @Nullable Integer number(JsonNode node, String name) {
        return node.path(name).isNumber() ? (Integer) node.get(name).intValue() : null;
    }
}
