package dev.sedano.worker.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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

    private static final class Tally {
        int toldFalse;
        int toldTrue;
        int countedFalse;
        int countedTrue;
    }

    private final Violations violations;
    private final Excuses excuses;
    private final Map<String, Tally> tallies = new LinkedHashMap<>();
    private final Map<String, Blocks> hosts = new LinkedHashMap<>();
    private final Map<String, Line> reports = new LinkedHashMap<>();
    private final Map<String, Line> verdicts = new HashMap<>();
    private final Map<String, Line> lastClaim = new HashMap<>();
    /** Keys that were handed over: who then decided a block may have ended since. */
    private final Set<String> handedBy = new LinkedHashSet<>();

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
            case HANDED -> handedBy.add(line.key() + " " + line.worker());
            case COMPLETED -> completions.putIfAbsent(line.key(), line);
            case VERDICT -> verdict(line);
            case COUNTED -> {
                if (line.what().equals("fp")) {
                    tally(line).countedFalse++;
                } else {
                    tally(line).countedTrue++;
                }
            }
            case LOSS -> {
                reports.clear();
                verdicts.clear();
                lastClaim.clear();
                completions.clear();
            }
            default -> {}
        }
    }

    private Tally tally(Line line) {
        return tallies.computeIfAbsent(line.worker(), worker -> new Tally());
    }

    private Blocks blocks(Line line) {
        return hosts.computeIfAbsent(Excuses.node(line.worker()), host -> new Blocks());
    }

    private void verdict(Line line) {
        boolean falsePositive = line.until() == 1;
        if (falsePositive) {
            tally(line).toldFalse++;
        } else {
            tally(line).toldTrue++;
        }
        Line before = verdicts.putIfAbsent(line.what(), line);
        if (before != null && !isRetold(before, line) && !isUnheard(before, line)) {
            violations.add("I8", line, "a block was decided twice, before in " + before);
        }
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

    /** A worker that dies on hearing the verdict, before it is marked in the journal: its next life asks again. */
    private boolean isRetold(Line before, Line line) {
        return excuses.ended(before.worker(), line.at())
                && excuses.crashed(before.worker())
                && Excuses.node(before.worker()).equals(Excuses.node(line.worker()));
    }

    /**
     * A worker that stops while the answer is on its way to it, and leaves the outcome to its journal: it counts nothing,
     * and its next life is told and counts. What it did not hear it is no longer taken to be told.
     */
    private boolean isUnheard(Line before, Line line) {
        Tally earlier = tally(before);
        boolean unheard =
                before.until() == 1 ? earlier.toldFalse > earlier.countedFalse : earlier.toldTrue > earlier.countedTrue;
        if (!unheard
                || !excuses.ended(before.worker(), line.at())
                || !Excuses.node(before.worker()).equals(Excuses.node(line.worker()))) {
            return false;
        }
        if (before.until() == 1) {
            earlier.toldFalse--;
        } else {
            earlier.toldTrue--;
        }
        return true;
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
                        && handedBy.stream().noneMatch(each -> each.startsWith(report.key() + " "))) {
                    violations.add("I8", report, "never decided although completed by " + winner);
                }
            }
        }
    }

    @Override
    public void end() {
        everythingDecided();
        tallies.forEach((worker, tally) -> {
            if (excuses.crashed(worker)) {
                return;
            }
            if (tally.toldFalse != tally.countedFalse || tally.toldTrue != tally.countedTrue) {
                violations.add(
                        "I8",
                        last,
                        worker + " was told " + tally.toldFalse + " false and " + tally.toldTrue
                                + " true positives and counted " + tally.countedFalse + " and " + tally.countedTrue);
            }
        });
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
