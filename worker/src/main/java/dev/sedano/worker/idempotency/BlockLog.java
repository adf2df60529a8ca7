package dev.sedano.worker.idempotency;

import java.util.concurrent.CompletableFuture;

/** Keeps reports of blocked deliveries until the store has taken them. Safe for use by many threads. */
@FunctionalInterface
public interface BlockLog {
    /** Keeps nothing: what is not reported when the worker ends never will be. */
    BlockLog NONE = block -> new Kept() {
        @Override
        public CompletableFuture<Boolean> durable() {
            return CompletableFuture.completedFuture(false);
        }

        @Override
        public void done() {}
    };

    /** Returns at once; never throws. */
    Kept keep(BlockedDelivery block);
}
