package dev.sedano.worker.result;

import dev.sedano.worker.protocol.CeleryJson;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Changes to records that {@link ResultEncoder} wrote earlier. Thread-safe. */
public final class StoredResults {
    private static final String LAST_FIELD = ", \"task_id\": \"";

    private final CeleryJson json;

    /** @param json encodes ids */
    public StoredResults(CeleryJson json) {
        this.json = json;
    }

    /**
     * The stored record of a task for the caller of its duplicate: {@code task_id} replaced, all else byte for byte.
     *
     * @param record bytes of {@link ResultRecord#json()}, whose last field is {@code task_id}
     * @throws IllegalArgumentException if {@code record} does not end so
     */
    public byte[] rewriteTaskId(byte[] record, String newId) {
        // Quotes within strings are escaped, so the last bare occurrence is the field itself.
        String text = new String(record, StandardCharsets.ISO_8859_1);
        int at = text.lastIndexOf(LAST_FIELD);
        if (at < 0 || !text.endsWith("\"}")) {
            throw new IllegalArgumentException("not a result record of this worker: it does not end with task_id");
        }
        String id = new String(json.encode(newId), StandardCharsets.US_ASCII);
        String head = text.substring(0, at + LAST_FIELD.length() - 1);
        return (head + id + '}').getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The state that a stored record tells; empty if it is none. */
    public String stateOf(byte[] record) {
        return json.decode(record) instanceof Map<?, ?> fields && fields.get("status") instanceof String state
                ? state
                : "";
    }

    /**
     * The value of a stored record: of a SUCCESS the result, else the exception.
     *
     * @throws IllegalArgumentException if {@code record} is no result record
     */
    public @Nullable Object valueOf(byte[] record) {
        if (json.decode(record) instanceof Map<?, ?> fields) {
            return fields.get("result");
        }
        throw new IllegalArgumentException("not a result record: it is no map");
    }

    /** The traceback of a stored record; null if it has none. */
    public @Nullable String tracebackOf(byte[] record) {
        return json.decode(record) instanceof Map<?, ?> fields && fields.get("traceback") instanceof String text
                ? text
                : null;
    }
}
