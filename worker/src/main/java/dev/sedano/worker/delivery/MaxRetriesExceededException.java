package dev.sedano.worker.delivery;

/** A task asked for one more attempt than its limit allows, without a cause of its own. */
public final class MaxRetriesExceededException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MaxRetriesExceededException(String message) {
        super(message);
    }
}
