package dev.sedano.worker.simulation;

import dev.sedano.worker.result.ResultStore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Results that no completion carries, in the same store. */
record SimulatedResults(StoreServer server) implements ResultStore {
    @Override
    public CompletableFuture<Boolean> write(String key, byte[] record, @Nullable Duration ttl, Mode mode) {
        server.storeResult(key, record);
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public void close() {}
}
