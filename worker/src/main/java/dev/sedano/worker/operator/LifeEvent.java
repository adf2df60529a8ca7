package dev.sedano.worker.operator;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a task.
 *
 * @param time the store's ms
 * @param what one word
 * @param attempt as people write it; {@code -} if it has none
 * @param token of the tenure; {@code -} if it has none
 * @param who worker, operator or other id
 */
record LifeEvent(long time, String what, String attempt, String token, String who) {
    /** A line of a record's history: {@code ms event attempt token who}; null if it is none. */
    static @Nullable LifeEvent parse(String line) {
        String[] parts = line.split(" ", 5);
        if (parts.length < 2 || !parts[0].matches("\\d{1,17}")) {
            return null;
        }
        String attempt = part(parts, 2);
        return new LifeEvent(
                Long.parseLong(parts[0]),
                parts[1],
                attempt.matches("\\d{1,17}") ? Names.attempt(Long.parseLong(attempt)) : "-",
                part(parts, 3),
                part(parts, 4));
    }

    private static String part(String[] parts, int index) {
        return index < parts.length && !parts[index].isBlank() ? parts[index] : "-";
    }

    Map<String, @Nullable Object> facts() {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("time", Times.at(time));
        facts.put("event", what);
        facts.put("attempt", attempt);
        facts.put("token", token);
        facts.put("who", who);
        return facts;
    }
}
