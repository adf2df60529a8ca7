package dev.sedano.worker.operator;

import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the audit list.
 *
 * @param time the store's milliseconds; 0 = not readable
 * @param key the record's name
 */
record AuditLine(long time, String who, String action, String key, String detail) {
    /** A line that is no such object is kept as detail. */
    static AuditLine of(String json) {
        try {
            if (new CeleryJson().decode(json.getBytes(StandardCharsets.UTF_8)) instanceof Map<?, ?> fields) {
                return new AuditLine(
                        fields.get("time") instanceof Number time ? time.longValue() : 0,
                        text(fields.get("who")),
                        text(fields.get("action")),
                        text(fields.get("key")),
                        text(fields.get("detail")));
            }
        } catch (ProtocolException e) {
            return new AuditLine(0, "", "", "", json);
        }
        return new AuditLine(0, "", "", "", json);
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    String shownTime() {
        return time == 0 ? "-" : Times.at(time);
    }

    Map<String, @Nullable Object> facts() {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("time", shownTime());
        facts.put("who", who);
        facts.put("action", action);
        facts.put("key", key);
        facts.put("detail", detail);
        return facts;
    }
}
