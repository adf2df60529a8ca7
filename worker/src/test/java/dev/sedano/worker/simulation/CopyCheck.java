package dev.sedano.worker.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What becomes of messages: I4 every copy ends, acknowledged only if its task is done;
 * I9 what an attempt was handed over to is sent; I12 the fail-safe returns a copy
 * once per outage.
 */
final class CopyCheck implements Checker.Check {
    private final Violations violations;
    private final Map<String, Line> unfinished = new LinkedHashMap<>();
    private final Set<String> completed = new HashSet<>();
    private final Map<String, Long> highestAttempt = new HashMap<>();
    private final Map<String, Line> handed = new LinkedHashMap<>();
    private final Set<String> sent = new HashSet<>();
    private final Map<String, Integer> openings = new HashMap<>();
    private final Set<String> returned = new HashSet<>();
    /** A confirm that is lost makes two copies of one: they are not told apart here. */
    private final Set<String> moved = new HashSet<>();

    CopyCheck(Violations violations) {
        this.violations = violations;
    }

    @Override
    public void see(Line line) {
        switch (line.event()) {
            case SENT -> {
                unfinished.put(line.copy(), line);
                sent.add(line.key() + " " + line.attempt());
            }
            case HANDED -> {
                handed.put(line.key() + " " + line.attempt(), line);
                highestAttempt.merge(line.key(), line.until(), Math::max);
            }
            case GRANTED -> highestAttempt.merge(line.key(), line.attempt(), Math::max);
            case COMPLETED -> completed.add(line.key());
            case ACKED -> acked(line);
            case DEAD, PARKED -> unfinished.remove(line.copy());
            case OPENED -> openings.merge(line.worker(), 1, Integer::sum);
            case WAITING -> moved.add(line.copy());
            case SETTLED -> settled(line);
            case LEFT -> violations.add("I4", line, "left over at the end");
            default -> {}
        }
    }

    private void acked(Line line) {
        unfinished.remove(line.copy());
        boolean done = line.what().equals("stale_attempt")
                ? highestAttempt.getOrDefault(line.key(), 0L) > line.attempt()
                : completed.contains(line.key()) || handed.containsKey(line.key() + " " + line.attempt());
        if (!done) {
            violations.add("I4", line, "acknowledged although nothing is recorded");
        }
    }

    private void settled(Line line) {
        if (line.what().equals("requeue store_unavailable")
                && !moved.contains(line.copy())
                && !returned.add(line.worker() + " " + openings.get(line.worker()) + " " + line.copy())) {
            violations.add("I12", line, "returned twice in one outage");
        }
    }

    @Override
    public void end() {
        handed.values().stream()
                .filter(over -> !sent.contains(over.key() + " " + over.until()))
                .forEach(over -> violations.add("I9", over, "the attempt it was handed over to was never sent"));
        unfinished.values().forEach(sent -> violations.add("I4", sent, "never ended"));
    }
}
