package dev.sedano.worker.operator;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One blocked delivery as the store holds it.
 *
 * @param verdict {@code pending}, {@code false positive} or {@code true positive}
 * @param at when it was blocked, store ms; 0 once it is decided
 * @param delay ms, of a false positive
 * @param task empty if the worker did not say; so is {@code reason}
 */
record Block(String id, long attempt, String verdict, long at, long delay, String task, String reason) {
    /** What comes before a block's id in the name of the field that says which task it was, and why. */
    private static final String INFO = "i:";

    private static final Pattern PENDING = Pattern.compile("(\\d{1,17}):(\\d{1,17})");
    private static final Pattern DECIDED = Pattern.compile("([FT]):(\\d{1,17}):(\\d{1,17})(?::.*)?");

    /** All blocks of a record. */
    static List<Block> all(Map<String, String> fields) {
        return fields.entrySet().stream()
                .filter(field -> !field.getKey().startsWith(INFO))
                .map(field -> of(field.getKey(), field.getValue(), fields.getOrDefault(INFO + field.getKey(), " ")))
                .toList();
    }

    private static Block of(String id, String text, String info) {
        int blank = info.indexOf(' ');
        String reason = info.substring(0, Math.max(0, blank));
        String task = info.substring(blank + 1);
        Matcher pending = PENDING.matcher(text);
        if (pending.matches()) {
            return new Block(
                    id, Long.parseLong(pending.group(1)), "pending", Long.parseLong(pending.group(2)), 0, task, reason);
        }
        Matcher decided = DECIDED.matcher(text);
        if (decided.matches()) {
            return new Block(
                    id,
                    Long.parseLong(decided.group(2)),
                    decided.group(1).equals("F") ? "false positive" : "true positive",
                    0,
                    Long.parseLong(decided.group(3)),
                    task,
                    reason);
        }
        return new Block(id, -1, "unreadable: " + text, 0, 0, task, reason);
    }

    boolean isPending() {
        return verdict.equals("pending");
    }

    /** Of a pending one, how long it has lasted. */
    String shownDelay(long now) {
        if (isPending()) {
            return Times.length(Math.max(0, now - at)) + " so far";
        }
        return verdict.startsWith("false") ? Times.length(delay) : "-";
    }

    Map<String, @Nullable Object> facts(String record, long now) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("key", record);
        facts.put("block", id);
        facts.put("task", task);
        facts.put("reason", reason);
        facts.put("verdict", verdict);
        facts.put("attempt", Names.attempt(attempt));
        if (isPending()) {
            facts.put("blocked_at", Times.at(at));
        }
        facts.put("delay_ms", isPending() ? Math.max(0, now - at) : delay);
        return facts;
    }
}
