package dev.sedano.worker.idempotency.redis;

import java.util.concurrent.CompletableFuture;

/** A call that waits for, or is in, a round of a pipeline. */
abstract sealed class Operation<T> permits ScriptCall, SessionCall {
    private final CompletableFuture<T> future = new CompletableFuture<>();
    private final long handedOver = StoreClock.nanos();
    private final long deadline;

    /** Starts the time: after {@code nanosAllowed} the call fails. */
    Operation(long nanosAllowed) {
        this.deadline = handedOver + nanosAllowed;
    }

    CompletableFuture<T> future() {
        return future;
    }

    long handedOver() {
        return handedOver;
    }

    long deadline() {
        return deadline;
    }

    /** Bytes to send, roughly. */
    abstract int weight();

    void fail(RuntimeException cause) {
        future.completeExceptionally(cause);
    }
}
