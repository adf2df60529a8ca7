package dev.sedano.task;

/**
 * What becomes of a call whose earlier owner vanished while it ran: nobody knows whether it had its effect, in part or
 * whole.
 */
public enum LeaseLossPolicy {
    /** What the worker's option {@code --on-lease-loss} says. */
    WORKER_SETTING,
    /** Run it again; the run is told so by {@link TaskContext#mayHaveRunBefore()}. */
    RERUN,
    /** Do not run it: the delivery goes to {@code <queue>.parked}, for a person to decide. */
    PARK,
    /** Ask the task's {@link OutcomeVerifier}. */
    ASK
}
