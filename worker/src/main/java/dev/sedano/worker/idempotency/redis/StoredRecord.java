package dev.sedano.worker.idempotency.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A record as the store holds it. Fields that a version does not write are simply absent.
 *
 * @param name the record's name: a task id, or scope, NUL and key, or {@code sha256:…} of either
 * @param ttl how long it lives on; null = for ever
 */
public record StoredRecord(
        String name, Map<String, byte[]> fields, @Nullable Duration ttl) {
    /** The field as text; null if it is absent. */
    public @Nullable String text(String field) {
        byte[] value = fields.get(field);
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }

    /** The field as a whole number; 0 if it is absent or none. */
    public long number(String field) {
        String text = text(field);
        return text != null && text.matches("-?[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    /** {@code R}unning, {@code H}anded off, {@code C}ompleted, {@code P}arked, or empty where no attempt is recorded. */
    public String state() {
        String state = text("st");
        return state == null ? "" : state;
    }
}
