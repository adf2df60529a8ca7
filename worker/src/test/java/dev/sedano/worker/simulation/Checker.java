package dev.sedano.worker.simulation;

import java.util.List;

/** Judges a ledger, whoever wrote it: an empty answer means that every promise was kept. */
final class Checker {
    /** One or more invariants. */
    interface Check {
        void see(Line line);

        default void end() {}
    }

    private Checker() {}

    static List<String> check(List<Line> lines) {
        Violations violations = new Violations();
        Excuses excuses = new Excuses(lines);
        for (Check check : List.of(
                new TenureCheck(violations, excuses),
                new RunCheck(violations, excuses),
                new CopyCheck(violations),
                new FollowUpCheck(violations),
                new StepCheck(violations),
                new ParkCheck(violations),
                new BlockCheck(violations, excuses),
                new JournalCheck(violations))) {
            lines.forEach(check::see);
            check.end();
        }
        return violations.found();
    }
}
