package dev.sedano.task;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a task is to be tried again (Celery's {@code Task.retry}). Immutable.
 *
 * @param delay how long to wait first; not negative
 * @param mostRetries after so many retries the task fails with the cause instead; null = no limit of its own
 * @param args other positional arguments for the next attempt; null = the same
 * @param kwargs other keyword arguments for the next attempt; null = the same
 * @param cause why, as callers see it in the state RETRY; null = unknown
 */
public record Retry(
        Duration delay,
        @Nullable Integer mostRetries,
        @Nullable List<@Nullable Object> args,
        @Nullable Map<String, @Nullable Object> kwargs,
        @Nullable Throwable cause) {
    /** Celery's {@code default_retry_delay} is 3 min, and its {@code max_retries} 3. */
    public static final Retry DEFAULT = new Retry(Duration.ofMinutes(3), 3, null, null, null);

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
    }

    /** After {@code delay}, with the same arguments, at most three times. */
    public static Retry in(Duration delay) {
        return new Retry(delay, 3, null, null, null);
    }

    /** The same with another limit. */
    public Retry atMost(int retries) {
        return new Retry(delay, retries, args, kwargs, cause);
    }

    /** The same without any limit. */
    public Retry forEver() {
        return new Retry(delay, null, args, kwargs, cause);
    }

    /** The same with a reason. */
    public Retry because(Throwable reason) {
        return new Retry(delay, mostRetries, args, kwargs, reason);
    }

    /** The same with other arguments. */
    public Retry with(List<@Nullable Object> otherArgs, Map<String, @Nullable Object> otherKwargs) {
        return new Retry(delay, mostRetries, otherArgs, otherKwargs, cause);
    }
}
