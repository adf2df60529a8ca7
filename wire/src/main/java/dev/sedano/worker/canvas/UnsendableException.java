package dev.sedano.worker.canvas;

/** A follow-up that no broker could take. The message names the field and the cure, and holds no arguments. */
public final class UnsendableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnsendableException(String message) {
        super(message);
    }
}
