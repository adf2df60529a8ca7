package dev.sedano.worker.simulation;

import dev.sedano.worker.canvas.OutgoingMessage;
import dev.sedano.worker.protocol.MessageProperties;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One published copy of a message.
 *
 * @param name unique in a history
 * @param key the store's record of its task
 * @param follow how many callbacks and how many errbacks its producer gave it
 * @param returned how often it came back from a wait queue
 */
record Copy(
        String name,
        String id,
        String key,
        long attempt,
        int follow,
        MessageProperties properties,
        byte[] body,
        int returned) {
    static final String TASK = "sim.task";
    /** The header that names the copy, so that the ledger can tell which one ran. */
    static final String NAME = "sim_copy";
    /** The header that says what a follow-up follows, such as {@code t7 link 0}. */
    private static final String FOLLOWS = "sim_follows";

    /** What a producer says. */
    record Order(
            String id,
            @Nullable String explicitKey,
            long retries,
            String payload,
            @Nullable String eta,
            int follow) {
        private String body() {
            return "[[\"" + payload + "\"], {}, {\"callbacks\": " + followUps("link") + ", \"errbacks\": "
                    + followUps("errback") + ", \"chain\": null, \"chord\": null}]";
        }

        /** Every other one gets its id from whoever publishes it. */
        private String followUps(String kind) {
            return IntStream.range(0, follow)
                    .mapToObj(i -> "{\"task\": \"" + TASK + "\", \"args\": [\"p\"], \"kwargs\": {}, \"options\": {"
                            + (i == 0 ? "" : "\"task_id\": \"" + id + "-" + kind + i + "\", ") + "\"headers\": {\""
                            + FOLLOWS + "\": \"" + id + " " + kind + " " + i
                            + "\"}}, \"subtask_type\": null, \"immutable\": true}")
                    .collect(Collectors.joining(", ", "[", "]"));
        }
    }

    static Copy of(String name, Order order) {
        Map<String, @Nullable Object> headers = new LinkedHashMap<>();
        headers.put("lang", "py");
        headers.put("task", TASK);
        headers.put("id", order.id());
        headers.put("root_id", order.id());
        headers.put(NAME, name);
        headers.put("retries", (int) order.retries());
        String explicit = order.explicitKey();
        if (explicit != null) {
            headers.put("idempotency_key", explicit);
        }
        if (order.eta() != null) {
            headers.put("eta", order.eta());
        }
        return new Copy(
                name,
                order.id(),
                explicit == null ? order.id() : TASK + "|" + explicit,
                order.retries(),
                order.follow(),
                new MessageProperties("application/json", "utf-8", order.id(), "", null, 0, headers),
                order.body().getBytes(StandardCharsets.UTF_8),
                0);
    }

    /** A copy that a worker published. */
    static Copy of(String name, OutgoingMessage message) {
        MessageProperties plain = message.properties();
        Map<String, @Nullable Object> headers = new LinkedHashMap<>(plain.headers());
        headers.put(NAME, name);
        String id = String.valueOf(headers.get("id"));
        Object key = headers.get("x-sedano-key");
        return new Copy(
                name,
                id,
                key == null ? id : headers.get("x-sedano-scope") + "|" + key,
                headers.get("retries") instanceof Number retries ? retries.longValue() : 0,
                0,
                new MessageProperties(
                        plain.contentType(),
                        plain.contentEncoding(),
                        plain.correlationId(),
                        plain.replyTo(),
                        plain.expiration(),
                        plain.priority(),
                        headers),
                message.body(),
                0);
    }

    /** The same copy, back from a wait queue. */
    Copy returnedOnceMore() {
        return new Copy(name, id, key, attempt, follow, properties, body, returned + 1);
    }

    /** What it follows, such as {@code t7 link 0}; null if nothing. */
    @Nullable
    String follows() {
        Object follows = properties.headers().get(FOLLOWS);
        return follows == null ? null : String.valueOf(follows);
    }

    /** The same message with an id of its own. */
    Copy under(String otherId) {
        Map<String, @Nullable Object> headers = new LinkedHashMap<>(properties.headers());
        headers.put("id", otherId);
        return new Copy(
                name,
                otherId,
                otherId,
                attempt,
                follow,
                new MessageProperties(
                        properties.contentType(), properties.contentEncoding(), otherId, "", null, 0, headers),
                body,
                returned);
    }
}
