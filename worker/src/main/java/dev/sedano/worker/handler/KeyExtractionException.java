package dev.sedano.worker.handler;

/**
 * A task's key extractor failed. The call's identity is unknown, so it must not run: its outcome is FAILURE, recorded
 * under the task id.
 */
public final class KeyExtractionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KeyExtractionException(String task, Throwable cause) {
        super("the idempotency key of task \"" + task + "\" could not be read ("
                + cause.getClass().getName() + "); the handler was not run");
        setStackTrace(cause.getStackTrace());
    }
}
