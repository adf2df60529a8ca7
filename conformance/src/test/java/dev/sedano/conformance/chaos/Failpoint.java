package dev.sedano.conformance.chaos;

import java.util.Locale;

/** A place between two steps of a delivery where a worker can be told to die. */
public enum Failpoint {
    NEVER,
    /** Received, the claim not yet sent (attack A1). */
    BEFORE_CLAIM,
    /** The claim was executed and its reply is dropped (A2). */
    AFTER_CLAIM,
    /** The handler was called and has done nothing (A3). */
    HANDLER_START,
    /** The handler has had its effect and has not returned (A4). */
    AFTER_EFFECT,
    /** The handler has returned (A5). */
    BEFORE_COMPLETE,
    /** The completion was executed and its reply is dropped; nothing is settled (A6 to A8). */
    AFTER_COMPLETE,
    /** The settlement was written to the broker (A9). */
    AFTER_SETTLEMENT;

    private static final int KILLED = 137;

    /** Ends this JVM as SIGKILL would: no hook, no flush, no goodbye; if this is the place. */
    public void reached(Failpoint here) {
        if (this == here) {
            Runtime.getRuntime().halt(KILLED);
        }
    }

    /** A name fit for queues and node names. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
