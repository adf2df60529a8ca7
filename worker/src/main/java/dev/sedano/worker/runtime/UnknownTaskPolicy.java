package dev.sedano.worker.runtime;

/** What happens to a message whose task this worker does not know. */
public enum UnknownTaskPolicy {
    /** It goes to {@code <queue>.dead}, and the caller gets FAILURE NotRegistered. */
    DEAD_LETTER
}
