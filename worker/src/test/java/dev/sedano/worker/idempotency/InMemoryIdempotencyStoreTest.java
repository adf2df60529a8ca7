package dev.sedano.worker.idempotency;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The contract on the store for tests. */
class InMemoryIdempotencyStoreTest extends IdempotencyStoreContract {
    private final InMemoryIdempotencyStore store = new InMemoryIdempotencyStore();

    @Override
    protected IdempotencyStore store() {
        return store;
    }

    @Override
    protected void pass(Duration time) {
        store.advance(time);
    }

    @Override
    protected byte @Nullable [] storedResult(String resultKey) {
        return store.result(resultKey);
    }

    @Override
    protected void storeResult(String resultKey, byte[] body) {
        store.storeResult(resultKey, body);
    }

    @Override
    protected void loseAllData() {
        store.loseAllData();
    }

    @Override
    protected void endUnsafeWindow() {
        store.endUnsafeWindow();
    }
}
