package dev.sedano.worker.protocol.compression;

import org.jspecify.annotations.Nullable;

/** Bytes that cannot be unpacked, or not within the limits. The message says what to do and holds no payload. */
public final class CompressionException extends RuntimeException {
    private final boolean beyondLimit;

    private CompressionException(String message, boolean beyondLimit, @Nullable Throwable cause) {
        super(message, cause);
        this.beyondLimit = beyondLimit;
    }

    static CompressionException beyondLimit(String message) {
        return new CompressionException(message, true, null);
    }

    static CompressionException corrupt(String message, @Nullable Throwable cause) {
        return new CompressionException(message, false, cause);
    }

    /** Whether the bytes may well be right, but unpack to more than is allowed. */
    public boolean beyondLimit() {
        return beyondLimit;
    }
}
