package dev.sedano.worker.idempotency.redis;

import java.util.concurrent.CompletableFuture;

/** One way for calls about the keys of one slot. */
record LaneOfSlot(Lanes lanes, Lane lane, int slot) {
    /** Hands a call over; returns at once. */
    <T> CompletableFuture<T> submit(Operation<T> operation) {
        return lanes.submit(lane, slot, operation);
    }
}
