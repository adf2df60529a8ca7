package dev.sedano.worker.idempotency.model;

import dev.sedano.worker.idempotency.model.Scenario.Fault;
import dev.sedano.worker.idempotency.model.Scenario.Steps;
import java.util.List;

/** Designs that lack one rule each, in a scenario where that shows, and the invariant that they break. */
final class BrokenDesigns {
    /** One of them. */
    record Broken(Scenario scenario, Invariant breaks) {
        @Override
        public String toString() {
            return scenario.name + " -> " + breaks;
        }
    }

    private BrokenDesigns() {}

    private static Scenario without(Flaw... rules) {
        return Scenario.named(rules[0] + ": " + rules[0].meaning).flaw(rules);
    }

    static List<Broken> all() {
        return List.of(
                // Claims
                new Broken(without(Flaw.RUNS_WHEN_STORE_FAILS).copies(2).fault(Fault.ERROR, 1), Invariant.OVERLAP),
                new Broken(without(Flaw.LOOKS_THEN_WRITES).copies(2), Invariant.OVERLAP),
                new Broken(without(Flaw.LEASELESS).fault(Fault.CRASH, 1), Invariant.NEVER_SETTLES),
                new Broken(without(Flaw.LEASELESS, Flaw.BUSY_IS_DUPLICATE).fault(Fault.CRASH, 1), Invariant.TASK_LOST),
                new Broken(without(Flaw.BUSY_IS_DUPLICATE).fault(Fault.CRASH, 1), Invariant.TASK_LOST),
                new Broken(without(Flaw.CLAIM_NOT_REPEATABLE).fault(Fault.ERROR, 1), Invariant.NEVER_SETTLES),
                new Broken(without(Flaw.RUNNING_EXPIRES).fault(Fault.CRASH, 1), Invariant.SILENT_RERUN),
                new Broken(without(Flaw.MARKER_OUTLIVED_BY_QUEUE).copies(2), Invariant.RERUN_AFTER_COMPLETION),
                new Broken(without(Flaw.STARTS_LATE).copies(2).fault(Fault.PAUSE, 1), Invariant.OVERLAP),
                new Broken(without(Flaw.NO_FINGERPRINT).otherId(true), Invariant.CONFLICT_MISSED),
                // Ends
                new Broken(without(Flaw.ENDS_WITHOUT_TOKEN).copies(2).fault(Fault.PAUSE, 1), Invariant.TWO_COMPLETIONS),
                new Broken(
                        without(Flaw.MARKS_AFTER_ACK).copies(2).fault(Fault.CRASH, 1),
                        Invariant.RERUN_AFTER_COMPLETION),
                new Broken(without(Flaw.NACKS_UNRECORDED).fault(Fault.ERROR, 1), Invariant.RERUN_AFTER_COMPLETION),
                new Broken(
                        without(Flaw.ACKS_UNRECORDED).copies(2).fault(Fault.ERROR, 1),
                        Invariant.RERUN_AFTER_COMPLETION),
                new Broken(without(Flaw.TOKEN_RESTARTS).copies(2).fault(Fault.FLUSH, 1), Invariant.TOKEN_NOT_GROWING),
                // Retries, replacements, follow-ups
                new Broken(
                        without(Flaw.PUBLISHES_RETRY_FIRST).attempts(1, 0).fault(Fault.CRASH, 1),
                        Invariant.RERUN_AFTER_COMPLETION),
                new Broken(
                        without(Flaw.FORGETS_FOLLOW_UPS).followUps().fault(Fault.CRASH, 1), Invariant.FOLLOW_UP_LOST),
                new Broken(
                        without(Flaw.SETTLES_BY_OLD_TOKEN)
                                .attempts(1, 0)
                                .followUps()
                                .fault(Fault.CRASH, 1),
                        Invariant.FOLLOW_UP_LOST),
                new Broken(
                        without(Flaw.REPLACE_IS_SAME_ATTEMPT).attempts(0, 1).fault(Fault.CRASH, 1),
                        Invariant.VALID_WORK_REFUSED),
                new Broken(
                        without(Flaw.NESTING_ADDS_TO_RETRIES).attempts(1, 1).fault(Fault.CRASH, 1),
                        Invariant.VALID_WORK_REFUSED),
                // Release and crash loops
                new Broken(
                        without(Flaw.RELEASE_FORGETS_HANDOFF)
                                .copies(2)
                                .attempts(1, 0)
                                .fault(Fault.STOP, 1),
                        Invariant.RERUN_AFTER_COMPLETION),
                new Broken(
                        without(Flaw.RELEASE_FORGETS_RUN).fault(Fault.CRASH, 1).fault(Fault.STOP, 1),
                        Invariant.SILENT_RERUN),
                new Broken(
                        without(Flaw.RELEASE_BY_ANYBODY)
                                .copies(2)
                                .fault(Fault.STOP, 1)
                                .fault(Fault.PAUSE, 1),
                        Invariant.OVERLAP),
                new Broken(without(Flaw.NO_CRASH_GUARD).deadly(), Invariant.NEVER_SETTLES),
                new Broken(without(Flaw.BLAMES_CLAIMS).fault(Fault.CRASH, 3), Invariant.INNOCENT_BLAMED),
                new Broken(without(Flaw.FIRST_LOSS_COUNTS).fault(Fault.CRASH, 2), Invariant.INNOCENT_BLAMED),
                new Broken(
                        without(Flaw.START_COUNTED_TWICE).fault(Fault.CRASH, 2).fault(Fault.ERROR, 1),
                        Invariant.INNOCENT_BLAMED),
                new Broken(
                        without(Flaw.HANDOFF_KEEPS_STARTS).attempts(1, 0).fault(Fault.CRASH, 3),
                        Invariant.INNOCENT_BLAMED),
                new Broken(without(Flaw.PARK_RUNS_AGAIN).park().fault(Fault.CRASH, 1), Invariant.RUN_DESPITE_PARK),
                new Broken(without(Flaw.PARK_ACKS_FIRST).park().fault(Fault.CRASH, 2), Invariant.TASK_LOST),
                new Broken(
                        without(Flaw.WAIT_ACKS_FIRST).fault(Fault.CRASH, 2).fault(Fault.WAIT, 1), Invariant.TASK_LOST),
                // Steps
                new Broken(
                        without(Flaw.STEP_WITHOUT_BEGIN)
                                .steps(Steps.AT_MOST_ONCE)
                                .fault(Fault.CRASH, 1),
                        Invariant.STEP_TWICE),
                new Broken(
                        without(Flaw.STEP_END_BY_ZOMBIE)
                                .copies(2)
                                .steps(Steps.AT_LEAST_ONCE)
                                .fault(Fault.PAUSE, 1),
                        Invariant.STEP_VALUE_CHANGED),
                new Broken(
                        without(Flaw.HANDOFF_FORGETS_STEPS)
                                .steps(Steps.AT_LEAST_ONCE)
                                .attempts(1, 0),
                        Invariant.STEP_FORGOTTEN),
                new Broken(
                        without(Flaw.STEP_FREED_BY_ANY_ERROR)
                                .steps(Steps.AT_MOST_ONCE)
                                .attempts(1, 0),
                        Invariant.STEP_TWICE),
                // Loss of data
                new Broken(
                        without(Flaw.IGNORES_EPOCH).fault(Fault.FLUSH, 1).fault(Fault.CRASH, 1),
                        Invariant.SILENT_RERUN),
                new Broken(
                        without(Flaw.NO_UNSAFE_WINDOW).fault(Fault.FAILOVER, 1).fault(Fault.DROP, 1),
                        Invariant.OVERLAP),
                new Broken(
                        without(Flaw.FORGETS_EPOCH_AT_RESTART)
                                .workers(1)
                                .fault(Fault.FLUSH, 1)
                                .fault(Fault.CRASH, 1),
                        Invariant.SILENT_RERUN),
                new Broken(
                        without(Flaw.DOUBT_ONLY_WITHOUT_RECORD)
                                .attempts(1, 0)
                                .fault(Fault.FAILOVER, 1)
                                .fault(Fault.DROP, 1),
                        Invariant.OVERLAP),
                // One explicit key, several ids
                new Broken(without(Flaw.FREE_IGNORED).otherId(false).releases(), Invariant.RELEASED_KEY_ANSWERS),
                new Broken(
                        without(Flaw.FREE_FORGETS_IDS).otherId(false).releases().fault(Fault.DROP, 1),
                        Invariant.RERUN_AFTER_COMPLETION),
                new Broken(
                        without(Flaw.FREE_FORGETS_TAKEN_OVER_ID)
                                .otherId(false)
                                .releases()
                                .fault(Fault.CRASH, 1),
                        Invariant.RERUN_AFTER_COMPLETION),
                new Broken(
                        without(Flaw.FREE_IDS_FORGOTTEN_IN_USE)
                                .otherId(false)
                                .releases()
                                .fault(Fault.CRASH, 2),
                        Invariant.RERUN_AFTER_COMPLETION),
                new Broken(
                        without(Flaw.RELEASE_FORGETS_FREE)
                                .otherId(false)
                                .releases()
                                .fault(Fault.STOP, 1)
                                .fault(Fault.DROP, 1),
                        Invariant.RERUN_AFTER_COMPLETION),
                new Broken(
                        without(Flaw.FREE_DROPS_FOLLOW_UPS)
                                .otherId(false)
                                .releases()
                                .followUps()
                                .fault(Fault.CRASH, 1),
                        Invariant.FOLLOW_UP_LOST),
                new Broken(
                        without(Flaw.TAKEOVER_KEEPS_FIRST_ID)
                                .otherId(false)
                                .attempts(1, 0)
                                .fault(Fault.CRASH, 1),
                        Invariant.NEVER_SETTLES),
                new Broken(without(Flaw.OTHER_ID_BY_ATTEMPT).otherId(true).attempts(1, 0), Invariant.CONFLICT_MISSED),
                // Accounting of blocked deliveries
                new Broken(
                        without(Flaw.JUDGES_BLOCKS_AT_REPORT).blocks(1).fault(Fault.ERROR, 1), Invariant.WRONG_VERDICT),
                new Broken(
                        without(Flaw.KEEPS_FIRST_CLAIM_TIME).blocks(1).fault(Fault.ERROR, 1), Invariant.WRONG_VERDICT),
                new Broken(without(Flaw.REPORTS_COUNT_TWICE).blocks(1).fault(Fault.ERROR, 2), Invariant.COUNTED_TWICE));
    }
}
