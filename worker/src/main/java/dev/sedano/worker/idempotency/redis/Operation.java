package dev.sedano.worker.idempotency.redis;

import java.util.concurrent.CompletableFuture;

/** A call that waits for, or is in, a round of a pipeline. */
abstract sealed class Operation<T> permits ScriptCall, SessionCall {
    private final CompletableFuture<T> future = new CompletableFuture<>();
    private final long handedOver = StoreClock.nanos();
    private final long deadline;
    private Lane lane = Lane.WORK;
    private int slot;
    private boolean detoured;

    /** Starts the time: after {@code nanosAllowed} the call fails. */
    Operation(long nanosAllowed) {
        this.deadline = handedOver + nanosAllowed;
    }

    /** Where it is to be answered; said before it is handed over. */
    void goesTo(Lane ofKind, int ofKeys) {
        lane = ofKind;
        slot = ofKeys;
    }

    Lane lane() {
        return lane;
    }

    int slot() {
        return slot;
    }

    /** Whether this is the first time that a server sent it elsewhere. */
    boolean firstDetour() {
        boolean first = !detoured;
        detoured = true;
        return first;
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
