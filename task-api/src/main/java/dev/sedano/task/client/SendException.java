package dev.sedano.task.client;

import org.jspecify.annotations.Nullable;

/** A call that the broker did not confirm. */
public class SendException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String taskId;
    private final boolean mayHaveBeenSent;

    /**
     * @param taskId the id under which it was sent; sending it again under this id is no second call for a worker with
     *     idempotency
     * @param mayHaveBeenSent whether a message of it may be in a queue nevertheless
     */
    public SendException(String taskId, boolean mayHaveBeenSent, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.taskId = taskId;
        this.mayHaveBeenSent = mayHaveBeenSent;
    }

    /** The id of the task, or of the last one of a canvas. */
    public String taskId() {
        return taskId;
    }

    /** Whether a message of it may be in a queue nevertheless. False: surely nothing was sent. */
    public boolean mayHaveBeenSent() {
        return mayHaveBeenSent;
    }

    /** No queue takes the message: the exchange or queue does not exist, or nothing is bound for the routing key. */
    public static final class Unroutable extends SendException {
        private static final long serialVersionUID = 1L;

        /** @param mayHaveBeenSent whether other messages of the canvas are in their queues */
        public Unroutable(String taskId, boolean mayHaveBeenSent, String message, @Nullable Throwable cause) {
            super(taskId, mayHaveBeenSent, message, cause);
        }
    }
}
