package dev.sedano.worker.journal;

import dev.sedano.worker.idempotency.Kept;
import java.util.concurrent.CompletableFuture;

/** Keeps entries until the store has answered for them. Safe for use by many threads. */
public interface Journal extends AutoCloseable {
    /** Takes an entry over. Returns at once, never throws: what cannot be written stays in memory, and is tried again. */
    Kept keep(JournalEntry entry);

    /** Finished runs that were kept and for which the store has not answered. */
    int finishedRuns();

    @Override
    void close();

    /** Writes nothing. */
    static Journal none() {
        return new Journal() {
            @Override
            public Kept keep(JournalEntry entry) {
                return new Kept() {
                    @Override
                    public CompletableFuture<Boolean> durable() {
                        return CompletableFuture.completedFuture(false);
                    }

                    @Override
                    public void done() {}
                };
            }

            @Override
            public int finishedRuns() {
                return 0;
            }

            @Override
            public void close() {}
        };
    }
}
