package dev.sedano.task;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a task is to be tried again (Celery's {@code Task.retry}). Immutable.
 *
 * @param delay how long to wait first; not negative
 * @param mostRetries after so many retries the task fails with the cause instead; null = no limit of its own
 * @param args other positional arguments for the next attempt; null = the same
 * @param kwargs other keyword arguments for the next attempt; null = the same
 * @param cause why, as callers see it in the state RETRY; null = unknown
 * @param options how the next attempt is sent where it differs from this one, by Celery's names: {@code queue}, or {@code
 *     exchange} and {@code routing_key}; {@code priority}, {@code expires} and the time limits in seconds, {@code
 *     headers}; unmodifiable
 */
public record Retry(
        Duration delay,
        @Nullable Integer mostRetries,
        @Nullable List<@Nullable Object> args,
        @Nullable Map<String, @Nullable Object> kwargs,
        @Nullable Throwable cause,
        Map<String, @Nullable Object> options) {
    /** Celery's {@code default_retry_delay} is 3 min, and its {@code max_retries} 3. */
    public static final Retry DEFAULT = new Retry(Duration.ofMinutes(3), 3, null, null, null, Map.of());

    private static final int MOST_PRIORITY = 255;
    private static final Set<String> OPTIONS = Set.of(
            "queue", "exchange", "routing_key", "priority", "expires", "headers", "time_limit", "soft_time_limit");

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the field, its value and the cure
     */
    public Retry {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay " + delay + " is negative: give zero or more");
        }
        if (mostRetries != null && mostRetries < 0) {
            throw new IllegalArgumentException("mostRetries " + mostRetries + " is negative: give zero or more");
        }
        for (String name : options.keySet()) {
            if (!OPTIONS.contains(name)) {
                throw new IllegalArgumentException(
                        "option \"" + name + "\" is none that a retry can change: use one of "
                                + OPTIONS.stream().sorted().toList());
            }
        }
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /** After {@code delay}, with the same arguments, at most three times. */
    public static Retry in(Duration delay) {
        return new Retry(delay, 3, null, null, null, Map.of());
    }

    /** The same with another limit. */
    public Retry atMost(int retries) {
        return new Retry(delay, retries, args, kwargs, cause, options);
    }

    /** The same without any limit. */
    public Retry forEver() {
        return new Retry(delay, null, args, kwargs, cause, options);
    }

    /** The same with a reason. */
    public Retry because(Throwable reason) {
        return new Retry(delay, mostRetries, args, kwargs, reason, options);
    }

    /** The same with other arguments. */
    public Retry with(List<@Nullable Object> otherArgs, Map<String, @Nullable Object> otherKwargs) {
        return new Retry(delay, mostRetries, otherArgs, otherKwargs, cause, options);
    }

    /** The same, to the queue of this name instead of the one that this attempt came from. */
    public Retry to(String queue) {
        if (queue.isBlank()) {
            throw new IllegalArgumentException("queue is blank: give a name, or leave it out");
        }
        return with("queue", queue);
    }

    /** The same, to an exchange that exists, with a routing key. */
    public Retry to(String exchange, String routingKey) {
        return with("exchange", exchange).with("routing_key", routingKey);
    }

    /** The same with another priority, 0 to 255; it works only for queues with {@code x-max-priority}. */
    public Retry priority(int priority) {
        if (priority < 0 || priority > MOST_PRIORITY) {
            throw new IllegalArgumentException("priority " + priority + " is not between 0 and " + MOST_PRIORITY);
        }
        return with("priority", priority);
    }

    /** The same, never run if it did not start within {@code time} from now. */
    public Retry expires(Duration time) {
        return with("expires", seconds("expires", time));
    }

    /** The same with these headers of one's own instead of those that this attempt had. */
    public Retry headers(Map<String, ? extends @Nullable Object> headers) {
        return with("headers", Collections.unmodifiableMap(new LinkedHashMap<String, @Nullable Object>(headers)));
    }

    /** The same with other time limits; null = as the task says. */
    public Retry timeLimits(@Nullable Duration hard, @Nullable Duration soft) {
        return with("time_limit", hard == null ? null : seconds("hard time limit", hard))
                .with("soft_time_limit", soft == null ? null : seconds("soft time limit", soft));
    }

    private Retry with(String option, @Nullable Object value) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(options);
        more.put(option, value);
        return new Retry(delay, mostRetries, args, kwargs, cause, more);
    }

    /** Whole seconds as an integer, as Python's callers write them. */
    private static Number seconds(String field, Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException(field + " " + time + " is negative: give zero or more");
        }
        return time.toMillis() % 1_000 == 0 ? (Number) time.toSeconds() : (Number) (time.toMillis() / 1e3);
    }
}
