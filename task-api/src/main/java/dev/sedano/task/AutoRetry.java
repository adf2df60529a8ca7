package dev.sedano.task;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Tries a {@link Task} method again when it throws one of these exceptions (Celery's {@code autoretry_for}). What a handler
 * throws to steer, such as {@link RetryException} or {@link RejectException}, is none of them.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface AutoRetry {
    /** The exceptions and those derived from them; at least one. */
    Class<? extends Throwable>[] value();

    /** Among those, exceptions after which the task fails at once (Celery's {@code dont_autoretry_for}). */
    Class<? extends Throwable>[] except() default {};

    /** After so many retries the exception is the outcome; -1 = no limit. */
    int maxRetries() default 3;

    /** How long to wait before each retry, ISO-8601; without backoff. */
    String delay() default "PT3M";

    /**
     * Seconds before the first retry, doubled before each further one; 0 = the same delay each time (Celery's {@code
     * retry_backoff}, where {@code True} is 1).
     */
    int backoff() default 0;

    /** The longest wait of a backoff in seconds (Celery's {@code retry_backoff_max}). */
    int backoffMax() default 600;

    /** Whether a backoff waits for a random number of seconds from 0 to what it would be (Celery's {@code retry_jitter}). */
    boolean jitter() default true;
}
