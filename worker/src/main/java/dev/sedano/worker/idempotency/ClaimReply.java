package dev.sedano.worker.idempotency;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The store's answer to a claim. Only {@link Granted} lets a handler run. */
public sealed interface ClaimReply {
    /**
     * The right to run.
     *
     * @param token the fencing token of this tenure
     * @param claimedAt store time of the claim in milliseconds
     */
    record Granted(long token, PriorRun priorRun, long claimedAt) implements ClaimReply {}

    /** Another owner holds the key, or an owner may come back (grace): ask again after {@code left}. */
    record Busy(long token, Duration left) implements ClaimReply {}

    /**
     * The key is completed.
     *
     * @param firstId the task id that completed it
     * @param outcome the recorded Celery state
     * @param storedResult the stored result record if one is kept beside the marker
     * @param followUps what its owner recorded but, as it seems, never published; null if nothing is pending
     */
    record Duplicate(
            long token, String firstId, String outcome, byte @Nullable [] storedResult, byte @Nullable [] followUps)
            implements ClaimReply {}

    /**
     * A later attempt of the same task exists; this copy is an old one.
     *
     * @param followUps the later attempt's message, if it was recorded but, as it seems, never published; else null
     */
    record StaleAttempt(long token, long nextAttempt, byte @Nullable [] followUps) implements ClaimReply {}

    /**
     * A failed run gave the key free, but its owner, as it seems, never published what followed: publish and settle that,
     * then ask again.
     *
     * @param token of the run that failed
     */
    record Unfinished(long token, byte[] followUps) implements ClaimReply {}

    /**
     * Same key and attempt but another payload. Never run.
     *
     * @param ofOtherTask whether the key is in use by a task with another id, not by this one
     */
    record Conflict(long token, boolean ofOtherTask) implements ClaimReply {}

    /**
     * The record is parked, for a person to decide.
     *
     * @param owner the label of the owner that vanished
     * @param startedAt store time of that owner's claim, in milliseconds
     * @param lastStep the last step it told of; empty if none
     */
    record Parked(long token, String owner, long startedAt, String lastStep) implements ClaimReply {}

    /** The store just changed its identity; redelivered copies wait until all workers have reported. */
    record Unsafe(Duration left) implements ClaimReply {}

    /** The store lost data, this copy is a redelivery without record, and the policy is {@code PARK}. */
    record HeldAfterLoss() implements ClaimReply {}
}
