package dev.sedano.worker.operator;

import java.util.LinkedHashMap;
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
 */
record Block(String id, long attempt, String verdict, long at, long delay) {
    private static final Pattern PENDING = Pattern.compile("(\\d{1,17}):(\\d{1,17})");
    private static final Pattern DECIDED = Pattern.compile("([FT]):(\\d{1,17}):(\\d{1,17})(?::.*)?");

    static Block of(String id, String text) {
        Matcher pending = PENDING.matcher(text);
        if (pending.matches()) {
            return new Block(id, Long.parseLong(pending.group(1)), "pending", Long.parseLong(pending.group(2)), 0);
        }
        Matcher decided = DECIDED.matcher(text);
        if (decided.matches()) {
            return new Block(
                    id,
                    Long.parseLong(decided.group(2)),
                    decided.group(1).equals("F") ? "false positive" : "true positive",
                    0,
                    Long.parseLong(decided.group(3)));
        }
        return new Block(id, -1, "unreadable: " + text, 0, 0);
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
        facts.put("verdict", verdict);
        facts.put("attempt", Names.attempt(attempt));
        if (isPending()) {
            facts.put("blocked_at", Times.at(at));
        }
        facts.put("delay_ms", isPending() ? Math.max(0, now - at) : delay);
        return facts;
    }
}
