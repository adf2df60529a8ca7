package dev.sedano.worker.delivery;

import dev.sedano.worker.idempotency.IdempotencyStore;

/** Keeps outcomes that the store could not take before the worker had to end. Safe for use by many threads. */
@FunctionalInterface
public interface UnrecordedOutcomes {
    /** Writes durably; logs the id. Never throws. */
    void keep(IdempotencyStore.Conclusion conclusion);
}
