package dev.sedano.worker.idempotency;

import java.nio.charset.StandardCharsets;

/** What {@code stored_success.lua} finds out: whether a caller's stored result is a SUCCESS, which is never replaced. */
final class StoredSuccess {
    private StoredSuccess() {}

    /** In JSON (and YAML as Sedano writes it), msgpack, or YAML as Celery writes it. A compressed one cannot be told. */
    static boolean is(byte[] stored) {
        String text = new String(stored, StandardCharsets.ISO_8859_1);
        return text.startsWith("{\"status\": \"SUCCESS\"")
                || text.startsWith("{\"status\":\"SUCCESS\"")
                || text.startsWith("\u00a6status\u00a7SUCCESS", 1)
                || (text.startsWith("children: ") && text.contains("\nstatus: SUCCESS\n"));
    }
}
