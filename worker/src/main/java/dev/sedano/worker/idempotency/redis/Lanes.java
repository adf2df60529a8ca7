package dev.sedano.worker.idempotency.redis;

import java.util.concurrent.CompletableFuture;

/** The connections to the servers: takes each call to the server that holds its keys. Safe for use by many threads. */
interface Lanes extends AutoCloseable {
    /**
     * Hands a call over; returns at once. The future fails with StoreException only.
     *
     * @param slot of the keys, by {@link Slots}
     */
    <T> CompletableFuture<T> submit(Lane lane, int slot, Operation<T> operation);

    /** Fails what waits with CLOSED and ends the threads. May be called again. */
    @Override
    void close();
}
