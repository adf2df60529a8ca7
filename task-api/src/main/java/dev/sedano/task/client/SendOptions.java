package dev.sedano.task.client;

import dev.sedano.task.Canvas;
import dev.sedano.task.Signature;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a call is sent: the options of Celery's {@code apply_async}, checked. For a whole canvas, as Celery applies them to
 * it; for one step, put them on its signature with {@link #on}. Immutable; each method gives a new value.
 *
 * @param values by Celery's names; unmodifiable
 */
public record SendOptions(Map<String, @Nullable Object> values) {
    /** As the canvas itself says. */
    public static final SendOptions NONE = new SendOptions(Map.of());

    private static final int MOST_PRIORITY = 255;

    /** Copies the map. */
    public SendOptions {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** To the queue of this name. */
    public static SendOptions queue(String queue) {
        return NONE.with("queue", notBlank("queue", queue));
    }

    /** To an exchange that exists, with a routing key. */
    public static SendOptions exchange(String exchange, String routingKey) {
        return NONE.with("exchange", notBlank("exchange", exchange)).with("routing_key", routingKey);
    }

    /** With this id instead of a new one; of a chain for its last step, of a chord for its body. */
    public static SendOptions id(String taskId) {
        return NONE.taskId(taskId);
    }

    /** As {@link #id}. */
    public SendOptions taskId(String taskId) {
        return with("task_id", notBlank("task id", taskId));
    }

    /** 0 to 255; it works only for queues with {@code x-max-priority}. */
    public SendOptions priority(int priority) {
        if (priority < 0 || priority > MOST_PRIORITY) {
            throw new IllegalArgumentException("priority " + priority + " is not between 0 and " + MOST_PRIORITY);
        }
        return with("priority", priority);
    }

    /** Not before {@code delay} has passed. */
    public SendOptions countdown(Duration delay) {
        return with("countdown", seconds("countdown", delay));
    }

    /** Not before this time. */
    public SendOptions eta(OffsetDateTime time) {
        return with("eta", time);
    }

    /** Never if it did not start within {@code time}. */
    public SendOptions expires(Duration time) {
        return with("expires", seconds("expires", time));
    }

    /** Never if it did not start before this time. */
    public SendOptions expires(OffsetDateTime time) {
        return with("expires", time);
    }

    /** One more header of one's own. */
    public SendOptions header(String name, @Nullable Object value) {
        Map<String, @Nullable Object> headers = new LinkedHashMap<>();
        if (values.get("headers") instanceof Map<?, ?> given) {
            given.forEach((each, old) -> headers.put(String.valueOf(each), old));
        }
        headers.put(notBlank("header name", name), value);
        return with("headers", Collections.unmodifiableMap(headers));
    }

    /** The key under which a worker of this project runs it once, instead of its id: header {@code idempotency_key}. */
    public SendOptions idempotencyKey(String key) {
        return header("idempotency_key", notBlank("idempotency key", key));
    }

    /** To call with its result. */
    public SendOptions link(Canvas callback) {
        return with("link", listWith("link", callback));
    }

    /** To call with its id when it fails. */
    public SendOptions linkError(Canvas errback) {
        return with("link_error", listWith("link_error", errback));
    }

    /** Nobody wants its result. */
    public SendOptions ignoreResult() {
        return with("ignore_result", true);
    }

    /** Ended after {@code hard}, interrupted after {@code soft}; null = as the task says. */
    public SendOptions timeLimits(@Nullable Duration hard, @Nullable Duration soft) {
        return with("time_limit", hard == null ? null : seconds("hard time limit", hard))
                .with("soft_time_limit", soft == null ? null : seconds("soft time limit", soft));
    }

    /** A stamp: a text, or a list of texts. */
    public SendOptions stamp(String name, Object value) {
        List<@Nullable Object> names = new ArrayList<>();
        if (values.get("stamped_headers") instanceof List<?> given) {
            names.addAll(given);
        }
        names.remove(name);
        names.add(name);
        return with("stamped_headers", Collections.unmodifiableList(names)).with(name, value);
    }

    /** Another serializer than the client's: {@code json}, {@code msgpack} or {@code yaml}. */
    public SendOptions serializer(String name) {
        return with("serializer", notBlank("serializer", name));
    }

    /** A compression: {@code gzip}, {@code bzip2}, {@code lzma} or {@code zstd}. */
    public SendOptions compression(String name) {
        return with("compression", notBlank("compression", name));
    }

    /** Any other option of {@code apply_async}, by its name. */
    public SendOptions with(String name, @Nullable Object value) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(values);
        more.put(name, value);
        return new SendOptions(more);
    }

    /** {@code call} with these options of its own, for a step of a canvas. */
    public Signature on(Signature call) {
        Signature with = call;
        for (Map.Entry<String, @Nullable Object> option : values.entrySet()) {
            with = with.option(option.getKey(), option.getValue());
        }
        return with;
    }

    private List<@Nullable Object> listWith(String name, Canvas callback) {
        List<@Nullable Object> all = new ArrayList<>();
        if (values.get(name) instanceof List<?> given) {
            all.addAll(given);
        }
        all.add(callback);
        return Collections.unmodifiableList(all);
    }

    /** Whole seconds as an integer, as Python's callers write them. */
    private static Number seconds(String field, Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException(field + " " + time + " is negative: give zero or more");
        }
        long whole = time.toSeconds();
        Duration rest = time.minusSeconds(whole);
        return rest.isZero() && whole <= Integer.MAX_VALUE
                ? (Number) (int) whole
                : (Number) (whole + rest.toNanos() / 1e9);
    }

    private static String notBlank(String field, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(field + " is blank: give a text, or leave it out");
        }
        return value;
    }
}
