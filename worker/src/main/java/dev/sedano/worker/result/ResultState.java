package dev.sedano.worker.result;

/** Celery's states that this worker stores; the names are those on the wire. */
public enum ResultState {
    /** The handler returned. */
    SUCCESS,
    /** The handler threw, its result cannot be sent, or there is no such task. */
    FAILURE,
    /** The handler asked for another attempt; not final. */
    RETRY,
    /** The task expired or was revoked before it ran. */
    REVOKED
}
