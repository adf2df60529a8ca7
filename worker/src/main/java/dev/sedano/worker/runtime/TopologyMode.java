package dev.sedano.worker.runtime;

/** What the worker does about the queues it needs. */
public enum TopologyMode {
    /** Declares what is missing. */
    DECLARE,
    /** Checks that they exist, declares nothing. */
    PASSIVE,
    /** Trusts that they exist. */
    NONE
}
