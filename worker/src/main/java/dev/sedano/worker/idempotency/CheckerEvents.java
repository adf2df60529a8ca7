package dev.sedano.worker.idempotency;

import java.time.Duration;

/** What the checker reports to metrics and logs. Called on the store's threads: short, never blocking, never throwing. */
public interface CheckerEvents {
    /** A delivery was blocked by the fail-safe. */
    void blocked();

    /** A block turned out to have delayed valid work by {@code delay}. */
    void falsePositive(Duration delay);

    /** A block turned out to have prevented a second run. */
    void truePositive();

    /** A block could not be reported: too many wait, or the worker ends. */
    void unreported();

    /** A running owner learned that another tenure took over. */
    void zombie();

    /** A claim was granted although an earlier run may have had effects. */
    void takeover(PriorRun priorRun);

    /** A store call failed. */
    void storeFailed(StoreException.Kind kind);

    /** A repeated delivery was answered from this worker's memory of completed keys. */
    void answeredFromMemory();

    /** A handler runs without a claim, because its task fails open or only observes. */
    void unprotectedRun();

    /** Counts a verdict, if the caller's own call decided it. */
    default void decided(BlockVerdict verdict) {
        if (verdict instanceof BlockVerdict.Resolved resolved && resolved.first()) {
            if (resolved.falsePositive()) {
                falsePositive(resolved.delay());
            } else {
                truePositive();
            }
        }
    }
}
