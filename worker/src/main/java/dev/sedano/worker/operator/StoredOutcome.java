package dev.sedano.worker.operator;

import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.ProtocolException;
import dev.sedano.worker.protocol.ResultForm;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the caller of a task finds in {@code celery-task-meta-<id>}, without the result itself unless asked for. */
final class StoredOutcome {
    private StoredOutcome() {}

    static Map<String, @Nullable Object> facts(byte[] stored, boolean whole) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        try {
            if (ResultForm.ofJson(new CeleryJson()).read(stored) instanceof Map<?, ?> meta) {
                facts.put("status", meta.get("status"));
                facts.put("date_done", meta.get("date_done"));
                if (meta.get("result") instanceof Map<?, ?> error && error.get("exc_type") != null) {
                    facts.put("exception", error.get("exc_type"));
                }
            }
        } catch (ProtocolException e) {
            facts.put("status", "unreadable: " + e.getMessage());
        }
        facts.put("bytes", stored.length);
        if (whole) {
            facts.put("record", new String(stored, StandardCharsets.UTF_8));
        }
        return facts;
    }
}
