package dev.sedano.task;

/** What becomes of a call when the idempotency store cannot be asked. */
public enum StoreDownPolicy {
    /** Fail safe: it does not run, and waits for the store. */
    CLOSED,
    /**
     * Fail open: it runs unprotected, so duplicates run twice. Loud in log, health and metrics. Only for tasks whose
     * repetition harms nobody.
     */
    OPEN
}
