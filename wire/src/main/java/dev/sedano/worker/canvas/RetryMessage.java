package dev.sedano.worker.canvas;

import dev.sedano.task.Retry;
import dev.sedano.worker.protocol.Encoder;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.protocol.TaskMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The message of a next attempt: same id, route and headers, one retry more, but for what the retry changes
 * (celery/app/task.py, {@code signature_from_request}).
 */
record RetryMessage(TaskMessages messages, TaskMessage message, FollowUps.Origin origin, Retry retry) {
    /** Whether the payload stays as it is, byte for byte. */
    static boolean keepsPayload(TaskMessage message, Retry retry) {
        return retry.args() == null && retry.kwargs() == null && message.protocol() == 2;
    }

    /** @param keyHeaders the headers that carry an explicit key, whatever else the retry changes */
    OutgoingMessage with(Map<String, @Nullable Object> keyHeaders) {
        Map<String, @Nullable Object> headers = headers();
        headers.putAll(keyHeaders);
        boolean same = keepsPayload(message, retry);
        // What the sender chose to show stays as long as it is true: it may have hidden something.
        if (!same || !(headers.get("argsrepr") instanceof String)) {
            headers.put("argsrepr", messages.shown().positional(args(), true));
        }
        if (!same || !(headers.get("kwargsrepr") instanceof String)) {
            headers.put("kwargsrepr", messages.shown().named(kwargs()));
        }
        Encoder.Payload payload = payload(same, headers);
        TaskMessages.mention(payload, headers);
        MessageProperties had = origin.properties();
        Router.Place place = place();
        return new OutgoingMessage(
                place.exchange(),
                place.routingKey(),
                new MessageProperties(
                        payload.contentType(),
                        same ? had.contentEncoding() : payload.contentEncoding(),
                        had.correlationId() == null ? message.id() : had.correlationId(),
                        had.replyTo(),
                        expiration(),
                        retry.options().get("priority") instanceof Number priority
                                ? (Integer) priority.intValue()
                                : had.priority(),
                        headers),
                payload.body());
    }

    private List<@Nullable Object> args() {
        return retry.args() == null ? message.args() : retry.args();
    }

    private Map<String, @Nullable Object> kwargs() {
        return retry.kwargs() == null ? message.kwargs() : retry.kwargs();
    }

    private Map<String, @Nullable Object> headers() {
        Map<String, @Nullable Object> headers =
                CarriedHeaders.of(message, origin.properties().headers());
        headers.put("retries", message.retries() + 1);
        headers.put("eta", messages.iso(messages.now().plus(retry.delay())));
        headers.put("parent_id", message.parentId() == null ? message.id() : message.parentId());
        Instant expires = expires();
        if (expires != null && retry.options().containsKey("expires")) {
            headers.put("expires", messages.iso(expires));
        }
        if (retry.options().get("headers") instanceof Map<?, ?> others) {
            headers.keySet().removeAll(message.customHeaders().keySet());
            others.forEach((name, value) -> headers.put(String.valueOf(name), value));
        }
        List<@Nullable Object> limits = new ArrayList<>(
                headers.get("timelimit") instanceof List<?> both && both.size() == 2
                        ? both
                        : Arrays.asList(null, null));
        limit("time_limit", 0, limits);
        limit("soft_time_limit", 1, limits);
        headers.put("timelimit", limits);
        return headers;
    }

    private void limit(String option, int place, List<@Nullable Object> limits) {
        if (retry.options().containsKey(option)) {
            limits.set(place, retry.options().get(option));
        }
    }

    /** An unchanged payload keeps its form, whatever that was; a new one has that of the settings, as in Celery. */
    private Encoder.Payload payload(boolean same, Map<String, @Nullable Object> headers) {
        if (same) {
            return new Encoder.Payload(
                    origin.body(),
                    String.valueOf(origin.properties().contentType()),
                    String.valueOf(origin.properties().contentEncoding()),
                    headers.get("compression") instanceof String compression ? compression : null);
        }
        TaskMessage.Embed embed = message.embed();
        return messages.body(
                args(),
                kwargs(),
                TaskMessages.embed(
                        embed.callbacks(),
                        embed.errbacks(),
                        embed.chain().isEmpty() ? null : embed.chain(),
                        embed.chord()));
    }

    private Router.Place place() {
        String queue = text("queue");
        String exchange = text("exchange");
        if (queue != null || exchange != null) {
            return messages.place(message.task(), queue, exchange, text("routing_key"));
        }
        return new Router.Place(
                origin.exchange(), origin.exchange().isEmpty() ? origin.queue() : origin.routingKey(), null);
    }

    private @Nullable String text(String option) {
        return retry.options().get(option) instanceof String text ? text : null;
    }

    /** Null = never. */
    private @Nullable Instant expires() {
        return retry.options().get("expires") instanceof Number seconds
                ? messages.now().plus(Duration.ofMillis((long) (seconds.doubleValue() * 1_000)))
                : message.expires();
    }

    private @Nullable String expiration() {
        Instant expires = expires();
        return expires == null
                ? null
                : Long.toString(
                        Math.max(0, Duration.between(messages.now(), expires).toMillis()));
    }
}
