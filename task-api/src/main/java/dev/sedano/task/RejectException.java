package dev.sedano.task;

/**
 * Thrown by a handler that refuses its message (Celery's {@code Reject}). Without requeue the outcome is FAILURE {@code
 * celery.exceptions.Reject} and a copy of the message goes to {@code <queue>.dead}. With requeue the run has no outcome:
 * the key is free again and the message is delivered again, after a moment.
 */
public final class RejectException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final boolean requeue;

    /**
     * @param reason why, for people and callers; no secrets
     * @param requeue whether the message is to be delivered again
     */
    public RejectException(String reason, boolean requeue) {
        super(reason);
        this.reason = reason;
        this.requeue = requeue;
    }

    /** Why. */
    public String reason() {
        return reason;
    }

    /** Whether the message is to be delivered again. */
    public boolean requeue() {
        return requeue;
    }
}
