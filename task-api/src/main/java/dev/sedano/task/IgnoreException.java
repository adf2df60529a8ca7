package dev.sedano.task;

/**
 * Thrown by a handler whose message is done and whose caller gets no result from this run (Celery's {@code Ignore}): the
 * message is acknowledged, the key is completed, and what {@link TaskContext#updateState} stored stays. Nothing that was
 * to follow the task happens; a chord that counts on it waits for ever, as in Celery.
 */
public final class IgnoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param reason why, for the log; no secrets */
    public IgnoreException(String reason) {
        super(reason);
    }
}
