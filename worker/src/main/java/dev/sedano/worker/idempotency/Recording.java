package dev.sedano.worker.idempotency;

/** What became of the record of a finished handler. */
public sealed interface Recording {
    /** The marker is set. */
    record Recorded() implements Recording {}

    /** Another tenure took over: the result is dropped, nothing may be published. */
    record LeaseLost() implements Recording {}

    /** The worker ends before the store answered; the outcome is for the journal. */
    record Unrecorded() implements Recording {}
}
