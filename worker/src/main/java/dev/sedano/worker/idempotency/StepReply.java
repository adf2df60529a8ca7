package dev.sedano.worker.idempotency;

/** The store's answer about a step. */
public sealed interface StepReply {
    /** Nobody began it. */
    record Free() implements StepReply {}

    /** An earlier run ended it with this value. */
    record Done(byte[] value) implements StepReply {}

    /** The tenure {@code token}, not the caller's, began it and never said how it ended. */
    record Begun(long token) implements StepReply {}

    /** The change is recorded. */
    record Recorded() implements StepReply {}

    /** The caller does not own the key (any more); nothing was changed. */
    record Stale() implements StepReply {}

    /** The record holds as many steps as it may; nothing was changed. */
    record Full() implements StepReply {}
}
