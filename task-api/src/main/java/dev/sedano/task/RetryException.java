package dev.sedano.task;

/** Ends a run that is to be tried again; made by {@link TaskContext#retry}, thrown by the handler. */
public final class RetryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Retry retry;

    /** @param retry how to try again */
    public RetryException(Retry retry) {
        super("the task asks to be tried again in " + retry.delay(), retry.cause());
        this.retry = retry;
    }

    /** How to try again. */
    public Retry retry() {
        return retry;
    }
}
