package dev.sedano.worker.delivery;

import dev.sedano.worker.protocol.TaskMessage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A delivery of a known task as others may see it. Safe for use by many threads. */
public interface TaskView {
    /** Where it is, in Celery's words. */
    enum State {
        /** Its handler runs. */
        ACTIVE,
        /** It waits for its time. */
        SCHEDULED,
        /** It waits for a slot, for the store, or for another copy. */
        RESERVED,
        /** It is being recorded, or left. */
        READY
    }

    /** The decoded call. */
    TaskMessage message();

    /** The delivery that brought it. */
    Delivery delivery();

    /** Where it is now. */
    State state();

    /** When its handler was called, null if it was not yet. */
    @Nullable
    Instant startedAt();

    /**
     * Interrupts its handler, if that runs.
     *
     * @param signal the number of the signal that Celery would send, for reports
     * @return whether it runs
     */
    boolean terminate(int signal);

    /**
     * Interrupts its handler, if that runs, since it has run for too long.
     *
     * @param seconds the limit, for its error
     */
    void timeOut(double seconds);

    /** The signal by which it was terminated, null if it was not. */
    @Nullable
    Integer signal();
}
