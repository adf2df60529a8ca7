package dev.sedano.worker.simulation;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * J1 what is safe in a journal is told to the store before the next worker of that host gets anything; J2 a run that is
 * safe there is not run again on that host before the store has answered for it; J3 a block that is safe
 * there is reported.
 */
final class JournalCheck implements Checker.Check {
    private final Violations violations;
    /** By token. */
    private final Map<Long, Line> runs = new LinkedHashMap<>();
    /** By the block's id. */
    private final Map<String, Line> blocks = new LinkedHashMap<>();

    private final Set<String> reported = new HashSet<>();
    private final Set<String> unreportedAt = new HashSet<>();
    private final Set<String> consuming = new HashSet<>();

    JournalCheck(Violations violations) {
        this.violations = violations;
    }

    @Override
    public void see(Line line) {
        switch (line.event()) {
            case JOURNALED -> {
                if (line.what().isEmpty()) {
                    runs.put(line.token(), line);
                } else {
                    blocks.put(line.what(), line);
                }
            }
            case ANSWERED, REPLAYED -> {
                if (line.what().isEmpty()) {
                    runs.remove(line.token());
                }
            }
            case REPORTED -> reported.add(line.what());
            case UNREPORTED -> unreportedAt.add(Excuses.node(line.worker()));
            case DELIVERED -> consumes(line);
            case START -> started(line);
            default -> {}
        }
    }

    private static boolean isEarlierLife(Line earlier, Line now) {
        return !earlier.worker().equals(now.worker())
                && Excuses.node(earlier.worker()).equals(Excuses.node(now.worker()));
    }

    private void consumes(Line line) {
        if (consuming.add(line.worker())) {
            runs.values().stream()
                    .filter(run -> isEarlierLife(run, line))
                    .forEach(run -> violations.add("J1", line, "consumes before the journal is replayed: " + run));
        }
    }

    private void started(Line line) {
        for (Line run : runs.values()) {
            if (isEarlierLife(run, line) && run.key().equals(line.key()) && run.token() < line.token()) {
                violations.add("J2", line, "runs what is finished and in this host's journal: " + run);
            }
        }
    }

    @Override
    public void end() {
        blocks.values().stream()
                .filter(block -> !reported.contains(block.what()))
                .filter(block -> !unreportedAt.contains(Excuses.node(block.worker())))
                .forEach(block -> violations.add("J3", block, "in the journal, never reported"));
    }
}
