package dev.sedano.worker.idempotency.redis;

import java.util.Map;

/**
 * The health record of one partition.
 *
 * @param fields empty if no worker has used the partition
 * @param now the partition's time in milliseconds, as its records hold it
 */
public record StoreHealth(Map<String, String> fields, long now) {
    /** Whether a worker has used the partition. */
    public boolean isUsed() {
        return fields.containsKey("e");
    }

    /** A field as a whole number, 0 if it is absent or none. */
    public long number(String field) {
        String text = fields.getOrDefault(field, "0");
        return text.matches("-?\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    /** Milliseconds until the time in {@code field}; 0 if it is over. */
    public long left(String field) {
        return Math.max(0, number(field) - now);
    }
}
