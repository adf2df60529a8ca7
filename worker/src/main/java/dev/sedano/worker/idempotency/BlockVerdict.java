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
     * @param first whether the caller's own call decided it: then the caller counts it, once, whether the first reply or
     *     only that of a repetition arrived
     */
    record Resolved(String id, boolean falsePositive, Duration delay, boolean first) implements BlockVerdict {}
}
