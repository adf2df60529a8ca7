package dev.sedano.task;

/** This run does not own its key any more (or cannot prove that it does): stop before the next effect. */
public final class StaleOwnerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message which key, which token, and why the ownership is not confirmed */
    public StaleOwnerException(String message) {
        super(message);
    }
}
