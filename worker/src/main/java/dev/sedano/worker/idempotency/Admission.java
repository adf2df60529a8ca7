package dev.sedano.worker.idempotency;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The checker's answer before a handler may run. Only {@link Run} lets it. */
public sealed interface Admission {
    /** Run, under this lease. */
    record Run(Lease lease) implements Admission {}

    /** The key is completed: acknowledge, and give the copy's caller the stored result. */
    record AlreadyDone(ClaimReply.Duplicate duplicate) implements Admission {}

    /** A later attempt exists: this copy is history, acknowledge it once its follow-ups are published. */
    record Superseded(ClaimReply.StaleAttempt stale) implements Admission {}

    /** Somebody else runs it, or may: keep the delivery unsettled and ask again after {@code retryAfter}. */
    record HeldElsewhere(Duration retryAfter) implements Admission {}

    /** The key is free, but not before the follow-ups of the failed run are published: do that, then ask again. */
    record Unfinished(ClaimReply.Unfinished unfinished) implements Admission {}

    /**
     * Same key, other payload: never run, dead-letter.
     *
     * @param withOtherTask whether a task with another id has the key; else this is a copy of the task that has it
     */
    record Conflicting(boolean withOtherTask) implements Admission {}

    /**
     * A person must decide: move to the parked queue.
     *
     * @param parked who ran it and how far; null when the store lost that with its data
     */
    record ForAPerson(ClaimReply.@Nullable Parked parked) implements Admission {}

    /** Something else writes where the key's record should be, while the store is well: never run, dead-letter. */
    record Unclaimable(StoreException cause) implements Admission {}

    /** The store cannot be trusted now: do not run, return the delivery. */
    record StoreUnavailable(StoreException cause) implements Admission {}
}
