package dev.sedano.worker.delivery;

import java.time.Duration;
import java.util.function.Consumer;

/** Where handlers run. Safe for use by many threads. */
public interface HandlerSlots extends AutoCloseable {
    /** The place that a body takes while it runs. */
    interface Slot {
        /** Gives the place to others although the body still runs: it goes on beside them. Idempotent, from any thread. */
        void leave();
    }

    /** Runs {@code body} on a handler thread; the caller sees to it that few wait. */
    void execute(Consumer<Slot> body);

    /** Interrupts what still runs. Idempotent. */
    void interrupt();

    /** Ends the threads after what they do now; waits for at most {@code most}. */
    void close(Duration most);

    @Override
    default void close() {
        close(Duration.ZERO);
    }
}
