package dev.sedano.conformance;

import com.rabbitmq.client.AMQP;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An odd message as it was published to the reference worker. Immutable. */
record CapturedMessage(
        AMQP.BasicProperties properties,
        byte[] body,
        @Nullable String id) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** What is decided about each: the reason of its dead letter, or the state of its result. Sorted by name. */
    static Map<String, String> decisions() {
        Properties decisions = new Properties();
        try (InputStream file = open("outcomes.properties")) {
            decisions.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> sorted = new TreeMap<>();
        decisions.stringPropertyNames().forEach(name -> sorted.put(name, decisions.getProperty(name)));
        return sorted;
    }

    static CapturedMessage read(String name) {
        try (InputStream file = open("outcomes/" + name + ".json")) {
            JsonNode published = JSON.readTree(file).get("published").get(0);
            byte[] body = Base64.getDecoder().decode(published.get("body_b64").stringValue());
            Map<String, @Nullable Object> headers = new HashMap<>();
            published
                    .get("headers")
                    .properties()
                    .forEach(header -> headers.put(header.getKey(), JSON.treeToValue(header.getValue(), Object.class)));
            return new CapturedMessage(properties(published.get("properties"), headers), body, id(headers, body));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String file) {
        return Objects.requireNonNull(CapturedMessage.class.getResourceAsStream("/golden/" + file), file);
    }

    private static AMQP.BasicProperties properties(JsonNode given, Map<String, @Nullable Object> headers) {
        return new AMQP.BasicProperties.Builder()
                .contentType(text(given, "content_type"))
                .contentEncoding(text(given, "content_encoding"))
                .correlationId(text(given, "correlation_id"))
                .replyTo(text(given, "reply_to"))
                .expiration(text(given, "expiration"))
                .headers(new HashMap<>(headers))
                .build();
    }

    private static @Nullable String text(JsonNode node, String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value.asString();
    }

    private static @Nullable String id(Map<String, @Nullable Object> headers, byte[] body) {
        if (headers.get("id") instanceof String id) {
            return id;
        }
        try {
            return text(JSON.readTree(body), "id");
        } catch (JacksonException notJson) {
            return null;
        }
    }
}
