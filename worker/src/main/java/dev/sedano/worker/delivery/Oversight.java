package dev.sedano.worker.delivery;

import dev.sedano.worker.protocol.TaskMessage;
import org.jspecify.annotations.Nullable;

/**
 * Who watches the tasks of a worker and may keep some from running: events and remote control. Safe for use by many
 * threads; called in the middle of the pipeline, so no method blocks or throws.
 */
public interface Oversight {
    /** Nobody watches, everything may run. */
    Oversight NONE = new Oversight() {};

    /** How a delivery left the pipeline. */
    enum EndKind {
        /** The handler returned. */
        SUCCEEDED,
        /** The handler threw, its arguments did not fit, or its workers died too often. */
        FAILED,
        /** Another attempt is published. */
        RETRIED,
        /** It was too late to run. */
        EXPIRED,
        /** It was revoked before it ran. */
        REVOKED,
        /** It was revoked while it ran, and stopped. */
        TERMINATED,
        /** It is in the dead-letter queue, or parked. */
        REJECTED,
        /** Its handler gave it back, and it goes to its queue. */
        REQUEUED,
        /** It left without an outcome of its own: a duplicate, replaced, returned, or its channel is gone. */
        GONE
    }

    /**
     * The end of a delivery.
     *
     * @param record Celery's result record, empty if there is none; not to be changed
     * @param nanos how long the handler ran
     */
    record End(EndKind kind, byte[] record, long nanos) {
        /** No outcome of its own. */
        public static final End GONE = new End(EndKind.GONE, new byte[0], 0);
    }

    /**
     * How long handlers may run, in seconds; null or 0 = for ever.
     *
     * @param soft until they are interrupted
     * @param hard until they are left behind
     */
    record Limits(@Nullable Double soft, @Nullable Double hard) {
        /** No limits. */
        public static final Limits NONE = new Limits(null, null);

        /** Each of these limits, or where it is not set that of {@code others}. */
        public Limits or(Limits others) {
            return new Limits(set(soft) ? soft : others.soft, set(hard) ? hard : others.hard);
        }

        private static boolean set(@Nullable Double limit) {
            return limit != null && limit > 0;
        }
    }

    /** A delivery of a known task arrived. */
    default void received(TaskView task) {}

    /** Its handler is about to be called. */
    default void started(TaskView task) {}

    /** It ended; told after its outcome is recorded. */
    default void ended(TaskView task, End end) {}

    /** A task arrived that this worker does not have. */
    default void unknown(TaskMessage message) {}

    /** How long the task's handler may run where its message does not say. */
    default Limits timeLimits(TaskView task) {
        return Limits.NONE;
    }

    /** Whether the task must not run. Asked right before it runs. */
    default boolean isRevoked(TaskView task) {
        return false;
    }

    /** Whether it is its id that is revoked, not a stamp of it. Asked when it arrives, as in Celery. */
    default boolean isRevokedById(TaskView task) {
        return false;
    }
}
