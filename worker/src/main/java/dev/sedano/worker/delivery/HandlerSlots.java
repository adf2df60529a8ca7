package dev.sedano.worker.delivery;

import java.time.Duration;

/** Where handlers run. Safe for use by many threads. */
public interface HandlerSlots extends AutoCloseable {
    /** Runs {@code body} on a handler thread; the caller sees to it that few wait. */
    void execute(Runnable body);

    /** Interrupts what still runs. Idempotent. */
    void interrupt();

    /** Ends the threads after what they do now; waits for at most {@code most}. */
    void close(Duration most);

    @Override
    default void close() {
        close(Duration.ZERO);
    }
}
