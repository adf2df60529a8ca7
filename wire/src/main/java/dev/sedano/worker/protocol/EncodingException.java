package dev.sedano.worker.protocol;

/** A value that cannot be sent to Python in the serialiser that is asked for. The message names types and limits, never the value. */
public final class EncodingException extends RuntimeException {
    private final boolean tooLarge;

    EncodingException(String message, boolean tooLarge) {
        super(message);
        this.tooLarge = tooLarge;
    }

    /** Whether only the size is at fault. */
    public boolean tooLarge() {
        return tooLarge;
    }
}
