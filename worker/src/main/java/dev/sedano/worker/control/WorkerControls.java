package dev.sedano.worker.control;

import org.jspecify.annotations.Nullable;

/** What control commands may do to a worker. Safe for use by many threads; every call returns soon. */
public interface WorkerControls {
    /** Ends the worker as the first SIGTERM does, however often it is called. */
    void stop();

    /** Sends one heartbeat now. */
    void beat();

    /** What was revoked and waits for its time need not wait. */
    void releaseRevoked();

    /**
     * Changes how many handlers may run at once.
     *
     * @param by more, or fewer if negative; at least one handler and at most 10,000 remain
     * @return how many there are from now on
     * @throws IllegalStateException if the pool cannot change its size
     */
    int resize(int by);

    /**
     * Changes the bounds of automatic scaling.
     *
     * @return the bounds from now on, null if there is no automatic scaling
     */
    WorkerView.@Nullable Bounds autoscale(@Nullable Integer most, @Nullable Integer least);

    /** Consumes a queue more, soon, and after every reconnect; one of the settings as they define it. */
    void addQueue(WorkerView.ConsumedQueue queue);

    /** Consumes a queue no more; what has arrived from it is still run. */
    void cancelQueue(String queue);

    /**
     * Limits how often handlers of a task are called.
     *
     * @param perSecond 0 = no limit
     */
    void rateLimit(String task, double perSecond);

    /**
     * Limits how long handlers of a task may run.
     *
     * @param soft seconds until they are interrupted; null or 0 = no limit
     * @param hard seconds until they are left behind; null or 0 = no limit
     */
    void timeLimit(String task, @Nullable Double soft, @Nullable Double hard);
}
