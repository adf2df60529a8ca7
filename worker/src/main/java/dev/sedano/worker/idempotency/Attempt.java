package dev.sedano.worker.idempotency;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** A call whose every failure is in its future. */
final class Attempt {
    private Attempt() {}

    /** What {@code call} returns; if it throws, which nobody who waits for a future would see, a failed future. */
    static <R> CompletableFuture<R> of(Supplier<CompletableFuture<R>> call) {
        try {
            return call.get();
        } catch (RuntimeException thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }
}
