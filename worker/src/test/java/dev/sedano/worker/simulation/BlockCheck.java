package dev.sedano.worker.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * I8 the accounting of blocks: each is reported or counted as unreported; each verdict is given once in the fleet,
 * counted by who was told, and true: a false positive iff the winning claim came after the block.
 */
final class BlockCheck implements Checker.Check {
    /** What became of the blocks of one host: a later life reports what an earlier one left in the journal. */
    private static final class Blocks {
        int blocked;
        int unreported;
        final Set<String> reported = new HashSet<>();
    }

    private final Violations violations;
    private final Excuses excuses;
    private final Map<String, Blocks> hosts = new LinkedHashMap<>();
    private final Map<String, Line> reports = new LinkedHashMap<>();
    /** The last telling of each verdict, by the block's id. */
    private final Map<String, Line> verdicts = new HashMap<>();
    /** What was told and is not counted yet. */
    private final Map<String, Line> uncounted = new LinkedHashMap<>();

    private final Map<String, Line> counted = new HashMap<>();
    /** When a worker that ends stopped listening. */
    private final Map<String, Long> gaveUp = new HashMap<>();

    private final Map<String, Line> lastClaim = new HashMap<>();
    /** Who handed a key over: that decides a block, and its decider may have ended since. */
    private final Map<String, Set<String>> handedBy = new HashMap<>();

    private final Map<String, Line> completions = new HashMap<>();
    private Line last = Line.of(0, Line.Event.RULES, "");

    BlockCheck(Violations violations, Excuses excuses) {
        this.violations = violations;
        this.excuses = excuses;
    }

    @Override
    public void see(Line line) {
        last = line;
        switch (line.event()) {
            case BLOCKED -> blocks(line).blocked++;
            case UNREPORTED -> blocks(line).unreported++;
            case REPORTED -> {
                blocks(line).reported.add(line.what());
                reports.putIfAbsent(line.what(), line);
            }
            case GRANTED -> lastClaim.put(line.key() + " " + line.attempt(), line);
            case HANDED ->
                handedBy.computeIfAbsent(line.key(), key -> new HashSet<>()).add(line.worker());
            case COMPLETED -> completions.putIfAbsent(line.key(), line);
            case VERDICT -> verdict(line);
            case COUNTED -> counted(line);
            case GAVE_UP -> gaveUp.putIfAbsent(line.worker(), line.at());
            case LOSS -> {
                reports.clear();
                verdicts.clear();
                counted.clear();
                lastClaim.clear();
                completions.clear();
            }
            default -> {}
        }
    }

    private Blocks blocks(Line line) {
        return hosts.computeIfAbsent(Excuses.node(line.worker()), host -> new Blocks());
    }

    private void verdict(Line line) {
        boolean falsePositive = line.until() == 1;
        Line before = verdicts.put(line.what(), line);
        if (before != null && !mayBeToldAgain(before, line)) {
            violations.add("I8", line, "a block was decided twice, before in " + before);
        }
        uncounted.put(line.what(), line);
        Line report = reports.get(line.what());
        Line winner = completions.get(line.key());
        if (report != null && winner != null && winner.attempt() == report.attempt()) {
            Line claim = lastClaim.get(line.key() + " " + winner.attempt());
            if (claim != null && claim.token() == winner.token()) {
                boolean truth = claim.at() / World.MILLI > report.until() / World.MILLI;
                if (truth != falsePositive) {
                    violations.add("I8", line, "wrong verdict on " + report + ", the winner was " + claim);
                }
            }
        }
    }

    /** Counted by whoever was told, as it was told, and by nobody else: what a dead process counted died with it. */
    private void counted(Line line) {
        String block = line.copy();
        Line told = uncounted.remove(block);
        if (told == null
                || !told.worker().equals(line.worker())
                || (told.until() == 1) != line.what().equals("fp")) {
            violations.add("I8", line, "counted what was not told, but " + told);
        }
        Line before = counted.put(block, line);
        if (before != null && !excuses.crashed(before.worker())) {
            violations.add("I8", line, "counted twice, before in " + before);
        }
    }

    /**
     * Only the next life of the worker that was told may be told again. Either that died on hearing it, before the entry
     * was marked in the journal; or it was ending, listened no more and counted nothing.
     */
    private boolean mayBeToldAgain(Line before, Line line) {
        String earlier = before.worker();
        if (!excuses.ended(earlier, line.at()) || !Excuses.node(earlier).equals(Excuses.node(line.worker()))) {
            return false;
        }
        return excuses.crashed(earlier)
                || (before.equals(uncounted.get(line.what()))
                        && before.at() >= gaveUp.getOrDefault(earlier, Long.MAX_VALUE));
    }

    /** Every report of a completed attempt has a verdict, unless who was to count it ended. */
    private void everythingDecided() {
        for (Line report : reports.values()) {
            Line winner = completions.get(report.key());
            if (winner != null && winner.attempt() >= report.attempt() && !verdicts.containsKey(report.what())) {
                String decider = winner.at() < report.at() ? report.worker() : winner.worker();
                if (!excuses.everEnded(decider)
                        && !excuses.everEnded(report.worker())
                        && !excuses.late(report.worker())
                        && handedBy.getOrDefault(report.key(), Set.of()).stream()
                                .noneMatch(excuses::everEnded)) {
                    violations.add("I8", report, "never decided although completed by " + winner);
                }
            }
        }
    }

    @Override
    public void end() {
        everythingDecided();
        uncounted.values().stream()
                .filter(told -> !excuses.crashed(told.worker()))
                .forEach(told -> violations.add("I8", told, "told, never counted"));
        hosts.forEach((host, blocks) -> {
            int known = blocks.reported.size() + blocks.unreported;
            boolean someLost = !excuses.hostCrashed(host) && blocks.blocked > known;
            if (someLost || blocks.reported.size() > blocks.blocked) {
                violations.add(
                        "I8",
                        last,
                        host + " blocked " + blocks.blocked + ", reported " + blocks.reported.size() + ", gave up "
                                + blocks.unreported);
            }
        });
    }
}
