package dev.sedano.worker.delivery;

/** What the pipeline reports to metrics. Safe for use by many threads; never throws. */
public interface PipelineEvents {
    /** A handler starts. */
    void handlerStarted(String task);

    /** A handler did not end at its hard time limit, and is not waited for. */
    void handlerLeft(String task);

    /** A handler that was left behind has ended. */
    void handlerLeftEnded(String task);

    /** A handler ended after {@code nanos}. */
    void handlerEnded(String task, long nanos);

    /**
     * A delivery is acknowledged without running.
     *
     * @param kind {@code same_id}, {@code other_id} or {@code stale_attempt}
     */
    void duplicate(String kind);

    /**
     * A task that only observes runs what would have been refused.
     *
     * @param refusal duplicate, stale_attempt, conflict, held, parked or store_unavailable
     */
    void observed(String task, String refusal);

    /** A delivery's eta, or the end of its validity, is further away than its key is remembered. */
    void beyondRetention(String task);

    /** A follow-up of a task is published and confirmed, or stored. */
    void followUp();

    /**
     * A follow-up goes to the dead-letter queue of its task's queue, or a copy of the task whose follow-ups cannot be read.
     *
     * @param reason {@link SettlementReason#FOLLOW_UP_UNROUTABLE} or {@link SettlementReason#FOLLOW_UPS_UNREADABLE}
     */
    void followUpSetAside(SettlementReason reason);
}
