package dev.sedano.worker.event;

/** What a heartbeat tells of the worker. Safe for use by many threads. */
public interface WorkerFigures {
    /** Handlers that run. */
    int active();

    /** Handlers that were called since the start. */
    long processed();
}
