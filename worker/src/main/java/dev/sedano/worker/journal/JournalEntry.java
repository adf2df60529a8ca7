package dev.sedano.worker.journal;

import dev.sedano.worker.idempotency.BlockedDelivery;
import dev.sedano.worker.idempotency.IdempotencyStore.Conclusion;
import dev.sedano.worker.idempotency.IdempotencyStore.ResultWrite;
import org.jspecify.annotations.Nullable;

/** Something that the store has not taken yet. */
public sealed interface JournalEntry {
    /**
     * A handler that has ended.
     *
     * @param nonce of the claim it ran under
     * @param conclusion what the store must be told
     * @param separateResult the caller's result where it lives in another store than the marker, to be written before the
     *     marker and announced after it; null if the conclusion carries it or nobody asked for it
     */
    record FinishedRun(
            String nonce, Conclusion conclusion, @Nullable ResultWrite separateResult) implements JournalEntry {}

    /** A delivery that the fail-safe kept from running, to be reported. */
    record UnreportedBlock(BlockedDelivery delivery) implements JournalEntry {}
}
