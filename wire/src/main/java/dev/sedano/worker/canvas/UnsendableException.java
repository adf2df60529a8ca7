package dev.sedano.worker.canvas;

/** A message that no broker, or not this one, could take. The message names the field and the cure, and holds no arguments. */
public final class UnsendableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnsendableException(String message) {
        super(message);
    }
}
