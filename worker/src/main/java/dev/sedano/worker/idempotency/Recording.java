package dev.sedano.worker.idempotency;

/** What became of the record of a finished handler. */
public sealed interface Recording {
    /** The marker is set. */
    record Recorded() implements Recording {}

    /** Another tenure took over: the result is dropped, nothing may be published. */
    record LeaseLost() implements Recording {}

    /** The worker ends before the store answered; the outcome must go to the state folder. */
    record Unrecorded(IdempotencyStore.Conclusion conclusion) implements Recording {}
}
