package dev.sedano.task;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Which exceptions of a task lead to another attempt, and when; the meaning is that of Celery (celery/app/autoretry.py,
 * utils/time.py). Immutable.
 *
 * @param on the exceptions and those derived from them; at least one
 * @param except among those, exceptions after which the task fails at once
 * @param maxRetries after so many retries the exception is the outcome; null = no limit
 * @param delay how long to wait without backoff; not negative
 * @param backoff seconds before the first retry, doubled before each further one; 0 = {@code delay} each time
 * @param backoffMax the longest wait of a backoff, in seconds
 * @param jitter whether a backoff waits for a random number of seconds from 0 to what it would be
 */
public record RetryRule(
        List<Class<? extends Throwable>> on,
        List<Class<? extends Throwable>> except,
        @Nullable Integer maxRetries,
        Duration delay,
        int backoff,
        int backoffMax,
        boolean jitter) {
    private static final Duration CELERYS_DELAY = Duration.ofMinutes(3);
    private static final int CELERYS_MAX_RETRIES = 3;
    private static final int CELERYS_BACKOFF_MAX = 600;
    /** More doublings than any limit of a backoff allows. */
    private static final int MOST_DOUBLINGS = 31;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the field, its value and the cure
     */
    public RetryRule {
        on = List.copyOf(on);
        except = List.copyOf(except);
        if (on.isEmpty()) {
            throw new IllegalArgumentException("a retry rule names no exception: name one, such as IOException.class");
        }
        if (maxRetries != null && maxRetries < 0) {
            throw new IllegalArgumentException("maxRetries " + maxRetries + " is negative: give zero or more");
        }
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay " + delay + " is negative: give zero or more");
        }
        if (backoff < 0 || backoffMax < 0) {
            throw new IllegalArgumentException("backoff " + backoff + " with backoffMax " + backoffMax
                    + " is negative: give seconds, zero or more");
        }
    }

    /** As Celery without further options: three retries, each after three minutes. */
    public static RetryRule on(List<Class<? extends Throwable>> exceptions) {
        return new RetryRule(exceptions, List.of(), CELERYS_MAX_RETRIES, CELERYS_DELAY, 0, CELERYS_BACKOFF_MAX, true);
    }

    /** The same with another limit; null = none. */
    public RetryRule atMost(@Nullable Integer retries) {
        return new RetryRule(on, except, retries, delay, backoff, backoffMax, jitter);
    }

    /** The same, each time after {@code wait}. */
    public RetryRule after(Duration wait) {
        return new RetryRule(on, except, maxRetries, wait, 0, backoffMax, jitter);
    }

    /** The same with doubling waits, in seconds. */
    public RetryRule backingOff(int first, int most, boolean randomly) {
        return new RetryRule(on, except, maxRetries, delay, first, most, randomly);
    }

    /** The same, but not for these. */
    public RetryRule butNot(List<Class<? extends Throwable>> exceptions) {
        return new RetryRule(on, exceptions, maxRetries, delay, backoff, backoffMax, jitter);
    }

    static RetryRule of(AutoRetry annotation) {
        Duration delay;
        try {
            delay = Duration.parse(annotation.delay());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "delay \"" + annotation.delay() + "\" is not an ISO-8601 duration: write PT30S for 30 seconds", e);
        }
        return new RetryRule(
                List.of(annotation.value()),
                List.of(annotation.except()),
                annotation.maxRetries() == -1 ? null : (Integer) annotation.maxRetries(),
                delay,
                annotation.backoff(),
                annotation.backoffMax(),
                annotation.jitter());
    }

    /**
     * The retry that {@code failure} leads to; null if none. Whether there were too many is for the worker to say.
     *
     * @param retries how often the task was retried before
     * @param random a number from 0 to below its argument
     */
    public @Nullable Retry after(Throwable failure, int retries, LongUnaryOperator random) {
        if (except.stream().anyMatch(type -> type.isInstance(failure))
                || on.stream().noneMatch(type -> type.isInstance(failure))) {
            return null;
        }
        return new Retry(waitBefore(retries, random), maxRetries, null, null, failure, Map.of());
    }

    private Duration waitBefore(int retries, LongUnaryOperator random) {
        if (backoff == 0) {
            return delay;
        }
        long seconds = Math.min(backoffMax, (long) backoff << Math.min(retries, MOST_DOUBLINGS));
        return Duration.ofSeconds(jitter ? random.applyAsLong(seconds + 1) : seconds);
    }
}
