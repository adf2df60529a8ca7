package dev.sedano.worker.result;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Celery's result records in Redis, written outside of the marker's script. Safe for use by many threads. */
public interface ResultStore extends AutoCloseable {
    /** What to do with a record. */
    enum Mode {
        /** SET only. */
        STORE,
        /** PUBLISH only. */
        ANNOUNCE,
        /** Both, in one script. */
        STORE_AND_ANNOUNCE
    }

    /**
     * Writes a record unless another SUCCESS is stored under {@code key}, which is never overwritten.
     *
     * @param ttl null = no expiry
     * @return fails with {@link dev.sedano.worker.idempotency.StoreException} when the store did not answer
     */
    CompletableFuture<Boolean> write(String key, byte[] record, @Nullable Duration ttl, Mode mode);

    @Override
    void close();
}
