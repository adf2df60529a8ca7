package dev.sedano.worker.idempotency.redis;

import java.nio.charset.StandardCharsets;

/** Arguments as the wire wants them. */
final class Bytes {
    static final byte[] NONE = {};

    private Bytes() {}

    static byte[] of(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] of(long number) {
        return Long.toString(number).getBytes(StandardCharsets.ISO_8859_1);
    }
}
