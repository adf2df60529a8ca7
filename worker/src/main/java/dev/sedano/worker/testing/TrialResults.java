package dev.sedano.worker.testing;

import dev.sedano.worker.idempotency.InMemoryIdempotencyStore;
import dev.sedano.worker.result.ResultStore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Results beside the markers. */
record TrialResults(InMemoryIdempotencyStore store) implements ResultStore {
    @Override
    public CompletableFuture<Boolean> write(String key, byte[] record, @Nullable Duration ttl, Mode mode) {
        store.storeResult(key, record);
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public void close() {}
}
