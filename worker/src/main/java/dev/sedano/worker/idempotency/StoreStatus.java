package dev.sedano.worker.idempotency;

import java.time.Duration;

/**
 * What hello found.
 *
 * @param verdict CREATED, OK, SWITCHED, ROLLBACK or AMNESIA (PROTOCOL §6)
 * @param unsafeLeft how long redelivered copies without record are held; zero = not at all
 * @param lossLeft how long they are treated as lost data; zero = not at all
 * @param revocations grows when an operator takes a completion back: what is remembered of completed keys is void then
 */
public record StoreStatus(
        Verdict verdict,
        String epoch,
        long generation,
        Duration unsafeLeft,
        Duration lossLeft,
        long storeTime,
        long revocations) {
    /** What this worker noticed about the data set. */
    public enum Verdict {
        /** A fresh data set, and nobody here knew an older one. */
        CREATED,
        /** The same data as before. */
        OK,
        /** Another server process, or a promoted replica. */
        SWITCHED,
        /** Acknowledged writes are missing. */
        ROLLBACK,
        /** Another data set than the one this worker knew. */
        AMNESIA
    }
}
