package dev.sedano.worker.idempotency;

import java.time.Duration;

/** Whether a block was right: false positive iff the tenure that completed the attempt was granted after the block. */
public sealed interface BlockVerdict {
    /** The attempt has not completed; its completion will decide. */
    record Pending() implements BlockVerdict {}

    /**
     * Decided.
     *
     * @param id the blocked delivery's id
     * @param falsePositive true: valid work was delayed; false: a second run was prevented
     * @param delay winning claim time minus block time; zero for a true positive
     * @param first whether this is the first time that the verdict is handed out; repeats must not be counted
     */
    record Resolved(String id, boolean falsePositive, Duration delay, boolean first) implements BlockVerdict {}
}
