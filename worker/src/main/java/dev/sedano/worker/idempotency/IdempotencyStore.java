package dev.sedano.worker.idempotency;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where claims and completion markers live. All calls return at once; the future completes within the store's deadline
 * for a call (1 s unless configured), on a thread of the store, so callbacks must be short and must not block.
 *
 * <p>A future completes exceptionally only with {@link StoreException}, and then nothing may be concluded from it but
 * what {@link StoreException#effect()} says. Every operation may be repeated with the same arguments: a repetition does
 * not change the outcome (PROTOCOL §4: a time-out does not say whether the script ran).
 *
 * <p>Implementations are safe for use by many threads and notice loss of data by themselves (epoch, generation; protocol
 * §6): a claim after a loss is answered {@link ClaimReply.Unsafe} or {@link ClaimReply.HeldAfterLoss}, or granted with
 * {@link PriorRun#STORE_LOST_DATA}.
 */
public interface IdempotencyStore extends AutoCloseable {
    /** Contacts the store, checks that it can be relied on, and keeps the fleet's tick alive. Also the breaker's probe. */
    CompletableFuture<StoreStatus> hello();

    /** Asks for the right to run. */
    CompletableFuture<ClaimReply> claim(Claim claim);

    /** Prolongs a lease by {@code lease}, counted from now. */
    CompletableFuture<RenewReply> renew(TaskKey key, long token, Duration lease);

    /** Records the outcome and, in the same script when the result store is this store, the result. */
    CompletableFuture<CompleteReply> complete(Completion completion);

    /**
     * Records that an attempt ended in favour of a later one, before that one's message is published: until then an old
     * copy must not run again, afterwards it must not be lost.
     */
    CompletableFuture<CompleteReply> handOff(HandOff handOff);

    /**
     * Forgets the follow-ups that the tenure {@code token} recorded, once the broker has confirmed them.
     *
     * @return false if there were none, or a later tenure has recorded its own
     */
    CompletableFuture<Boolean> settle(TaskKey key, long token);

    /**
     * Records that a handler starts, for work that lost an owner before. Counted once for a token; what is counted too
     * often is granted with {@link PriorRun#TOO_MANY_CRASHES}.
     */
    CompletableFuture<RenewReply> start(TaskKey key, long token);

    /** Gives a claimed key into a person's hands: from then on a claim is answered {@link ClaimReply.Parked}. */
    CompletableFuture<RenewReply> park(Parking parking);

    /** Reads or records a step of a run. Refused unless the tenure {@code token} still owns the key. */
    CompletableFuture<StepReply> step(TaskKey key, long token, StepChange change);

    /**
     * Gives a claim back whose handler surely never started.
     *
     * @return true if the claim was this nonce's and is released, false if it was not (nothing to release)
     */
    CompletableFuture<Boolean> release(TaskKey key, String nonce);

    /** Reports a blocked delivery, so that the completion of its attempt can tell false from true positives. */
    CompletableFuture<BlockVerdict> reportBlocked(BlockedDelivery blocked);

    /**
     * Takes turns of a task whose rate limit all workers share. Other than all else, a repetition takes other turns: those
     * of an unanswered call are lost, so that fewer handlers run than may, never more.
     */
    CompletableFuture<Turns> takeTurns(TurnRequest request);

    /**
     * The store's clock now, estimated from the last reply and elapsed time, in milliseconds; 0 before the first reply.
     */
    long estimatedNow();

    @Override
    void close();

    /**
     * A request for a claim.
     *
     * @param nonce random and unique per delivery
     * @param attempt replaced-nesting · 2^20 + retries
     * @param fingerprint of the payload, hex
     * @param taskId the message's id; remembered as first id of an explicit key
     * @param lease how long the claim holds without renewal
     * @param keep how long an unfinished record is kept, at least the marker's time to live
     * @param redelivered whether the broker or our own header says that this is not the first delivery
     * @param owner a label for people: the worker's node name
     * @param afterLeaseLoss what to do when an earlier owner vanished
     * @param maxCrashes runs that may end with their worker's death before the claim is granted with {@link
     *     PriorRun#TOO_MANY_CRASHES}
     */
    record Claim(
            TaskKey key,
            String nonce,
            long attempt,
            String fingerprint,
            String taskId,
            Duration lease,
            Duration keep,
            boolean redelivered,
            String owner,
            AfterLeaseLoss afterLeaseLoss,
            int maxCrashes) {
        /** The same claim for a delivery that is not the first of its message any more. */
        public Claim asLaterCopy(String other) {
            return new Claim(
                    key, other, attempt, fingerprint, taskId, lease, keep, true, owner, afterLeaseLoss, maxCrashes);
        }

        /** The same claim for the same delivery, asked anew. */
        public Claim withNonce(String other) {
            return new Claim(
                    key,
                    other,
                    attempt,
                    fingerprint,
                    taskId,
                    lease,
                    keep,
                    redelivered,
                    owner,
                    afterLeaseLoss,
                    maxCrashes);
        }
    }

    /** What a claim does with work whose earlier owner vanished in mid-run, or after the store lost data. */
    enum AfterLeaseLoss {
        /** Run it again, announced by {@code mayHaveRunBefore()}. */
        RERUN,
        /** Do not run it; the delivery is parked for a person. */
        PARK
    }

    /** How a tenure ends that ran, or that must not run. Each may be repeated until the store answers. */
    sealed interface Conclusion {
        TaskKey key();

        long token();

        String taskId();
    }

    /**
     * The key goes into a person's hands.
     *
     * @param owner the label of whoever parks it
     */
    record Parking(TaskKey key, long token, String taskId, String owner) implements Conclusion {}

    /**
     * A completion.
     *
     * @param outcome the Celery state: SUCCESS, FAILURE or REVOKED
     * @param ttl how long the marker is kept
     * @param claimedAt store time of the claim, from {@link ClaimReply.Granted}; used if the record vanished
     * @param result what to write for the caller in the same script, or null for nothing
     * @param storedResult what to keep beside the marker for later duplicates (explicit keys and RPC results), or null
     * @param followUps what must still be published, kept until {@link #settle}, so that any worker can finish it; or null
     * @param frees whether a later message with another id and the same explicit key may run (a failed run gave the key
     *     free)
     */
    record Completion(
            TaskKey key,
            long token,
            long attempt,
            String fingerprint,
            String taskId,
            String outcome,
            Duration ttl,
            long claimedAt,
            @Nullable ResultWrite result,
            byte @Nullable [] storedResult,
            byte @Nullable [] followUps,
            boolean frees)
            implements Conclusion {}

    /**
     * The end of an attempt that hands over to a later one.
     *
     * @param next the later attempt's number, greater than {@code attempt}
     * @param nextFingerprint of the later attempt's payload; empty = any
     * @param keep how long the record is kept if the later attempt never comes
     * @param claimedAt as in {@link Completion}
     * @param result the state RETRY for the caller, or null for nothing
     * @param followUps the later attempt's message, kept until {@link #settle}
     */
    record HandOff(
            TaskKey key,
            long token,
            long attempt,
            String fingerprint,
            String taskId,
            long next,
            String nextFingerprint,
            Duration keep,
            long claimedAt,
            @Nullable ResultWrite result,
            byte[] followUps)
            implements Conclusion {}

    /** What a run tells of a step. */
    sealed interface StepChange {
        /** The step's name, unique within the task. */
        String name();

        /** Was it done before? */
        record Read(String name) implements StepChange {}

        /** It is about to run, and must never run twice. */
        record Begin(String name) implements StepChange {}

        /**
         * It has run.
         *
         * @param value its value, encoded
         */
        record End(String name, byte[] value) implements StepChange {}

        /** It was begun by this run and surely had no effect. */
        record Undo(String name) implements StepChange {}
    }

    /**
     * A result record for Celery's clients: SET with expiry and PUBLISH of the same bytes, skipped as a whole if a
     * SUCCESS is stored already.
     *
     * @param key the Redis key, which is also the channel
     * @param ttl null = no expiry
     */
    record ResultWrite(String key, byte[] body, @Nullable Duration ttl) {}
}
