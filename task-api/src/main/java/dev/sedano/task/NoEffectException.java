package dev.sedano.task;

/**
 * Thrown by the body of {@link TaskContext#stepAtMostOnce} to say that it surely had no effect (the other side refused,
 * the connection was never made): the step is free again, for a later run or retry.
 */
public final class NoEffectException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param cause why nothing happened */
    public NoEffectException(String message, Throwable cause) {
        super(message, cause);
    }

    /** @param message why nothing happened */
    public NoEffectException(String message) {
        super(message);
    }
}
