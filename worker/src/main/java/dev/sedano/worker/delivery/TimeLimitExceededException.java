package dev.sedano.worker.delivery;

/** A handler was interrupted since it ran for longer than its limit. */
public final class TimeLimitExceededException extends Exception {
    private static final long serialVersionUID = 1;

    TimeLimitExceededException(double seconds, Throwable cause) {
        super("SoftTimeLimitExceeded(" + seconds + ",)", cause);
    }
}
