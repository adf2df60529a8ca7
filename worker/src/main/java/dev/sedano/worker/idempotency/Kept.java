package dev.sedano.worker.idempotency;

import java.util.concurrent.CompletableFuture;

/** Something that waits for the store, kept so that it survives the end of this process. Safe for use by many threads. */
public interface Kept {
    /** Completes with true when it is on disk, with false when it is in memory only; never fails. */
    CompletableFuture<Boolean> durable();

    /** The store has answered: it need not be kept any more. Returns at once; a second call has no effect. */
    void done();
}
