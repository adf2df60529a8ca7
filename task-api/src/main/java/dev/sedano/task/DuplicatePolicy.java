package dev.sedano.task;

/** What becomes of a delivery whose key is completed already. In both cases its caller gets the stored result. */
public enum DuplicatePolicy {
    /** It is acknowledged, counted and logged. */
    ACK,
    /** It is moved to {@code <queue>.dead} for analysis. */
    DEAD_LETTER
}
