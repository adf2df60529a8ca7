package dev.sedano.worker.runtime;

/** What runs the handlers. */
public enum PoolKind {
    /** A fixed number of platform threads. */
    THREADS,
    /** One virtual thread per run; needs Java 21. */
    VIRTUAL,
    /** One single thread: one handler at a time. */
    SOLO
}
