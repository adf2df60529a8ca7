package dev.sedano.worker.idempotency;

import dev.sedano.worker.time.Ticker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a handler may run, and records that it has. The only way to a {@link Lease}, without which no handler can
 * be invoked.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>I1 A lease exists only after the store answered a claim with a grant; every doubt is {@link
 *       Admission.StoreUnavailable}.
 *   <li>I2 A finished handler is never given up: its completion is repeated until the store answers or the worker ends
 *       ({@link Recording.Unrecorded}).
 *   <li>I3 A claim whose fate is unknown is released before new work is taken.
 *   <li>I4 A block is counted once per delivery, and its verdict once in the fleet.
 * </ol>
 *
 * <p>Thread-safe. {@link #start} before the first delivery, {@link #close} after the last.
 */
public final class IdempotencyChecker implements AutoCloseable {
    private static final long REPEAT_EVERY_MILLIS = 500;

    private final IdempotencyStore store;
    private final CircuitBreaker breaker;
    private final LeaseRenewer renewer;
    private final CheckerEvents events;
    private final RepeatedCalls<Boolean> releases;
    private final BlockReports blockReports;
    private final RepeatedCalls<Boolean> settles;
    private final CompletedKeys completed;
    private final Conclusions conclusions;
    private final Claims claims;

    /** As the other constructor, with reports of blocked deliveries that end with this checker. */
    public IdempotencyChecker(
            IdempotencyStore store,
            ScheduledExecutorService timer,
            Ticker ticker,
            CheckerEvents events,
            CircuitBreaker.Listener listener) {
        this(store, timer, ticker, events, listener, BlockLog.NONE);
    }

    /**
     * @param listener told after this checker when the store is given up and when it is back
     * @param timer runs probes and repetitions; owned by the caller
     * @param blockLog keeps reports of blocked deliveries that this checker cannot make any more
     */
    public IdempotencyChecker(
            IdempotencyStore store,
            ScheduledExecutorService timer,
            Ticker ticker,
            CheckerEvents events,
            CircuitBreaker.Listener listener,
            BlockLog blockLog) {
        this(store, timer, ticker, events, listener, blockLog, CircuitBreaker.FULL_JITTER);
    }

    /** @param jitter from the longest pause to the pause before the next probe, in milliseconds */
    IdempotencyChecker(
            IdempotencyStore store,
            ScheduledExecutorService timer,
            Ticker ticker,
            CheckerEvents events,
            CircuitBreaker.Listener listener,
            BlockLog blockLog,
            LongUnaryOperator jitter) {
        this.store = store;
        this.events = events;
        this.renewer = new LeaseRenewer(store, ticker, events);
        this.completed = new CompletedKeys(ticker);
        this.breaker = new CircuitBreaker(
                store,
                timer,
                ticker,
                new CircuitBreaker.Listener() {
                    @Override
                    public void greeted(StoreStatus status) {
                        completed.revoked(status.revocations());
                    }

                    @Override
                    public void opened(@Nullable StoreException cause) {
                        listener.opened(cause);
                    }

                    @Override
                    public void recovering() {
                        repeatPending();
                        listener.recovering();
                    }

                    @Override
                    public void halfOpened(Duration outage) {
                        listener.halfOpened(outage);
                    }
                },
                jitter);
        this.conclusions = new Conclusions(store, breaker, renewer, completed, events, this::failed, this::lost);
        this.claims = new Claims(store, breaker, renewer, completed, events, ticker, this::releaseLater, this::failed);
        this.releases = new RepeatedCalls<>(this::failed);
        this.blockReports = new BlockReports(store, breaker::lastFailure, events, blockLog, this::failed);
        this.settles = new RepeatedCalls<>(this::failed);
        var unused = timer.scheduleWithFixedDelay(
                () -> {
                    if (breaker.allowsClaims()) {
                        repeatPending();
                    }
                },
                REPEAT_EVERY_MILLIS,
                REPEAT_EVERY_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** Starts the tick and the renewer. */
    public void start() {
        renewer.start();
        breaker.start();
    }

    LeaseRenewer renewer() {
        return renewer;
    }

    /** The breaker, for metrics and health. */
    public CircuitBreaker breaker() {
        return breaker;
    }

    /** Finished handlers whose outcome the store has not confirmed. */
    public int unrecorded() {
        return conclusions.size();
    }

    /** Asks for the right to run. The future never fails. */
    public CompletableFuture<Admission> admit(IdempotencyStore.Claim claim) {
        CompletableFuture<Admission> admission = new CompletableFuture<>();
        ClaimReply.Duplicate known = remembered(claim);
        if (known != null) {
            admission.complete(new Admission.AlreadyDone(known));
        } else if (breaker.allowsClaims()) {
            claims.ask(claim, admission);
        } else {
            admission.complete(new Admission.StoreUnavailable(breaker.refusal()));
        }
        return admission;
    }

    /** What this worker remembers of an exact repetition of completed work, or null. */
    public ClaimReply.@Nullable Duplicate remembered(IdempotencyStore.Claim claim) {
        ClaimReply.Duplicate known = completed.answer(claim);
        if (known != null) {
            events.answeredFromMemory();
        }
        return known;
    }

    /** Gives up a lease whose handler ran and stopped without an outcome: it lapses, and a rerun is announced. */
    public void letLapse(Lease lease) {
        renewer.forget(lease);
        lease.ended();
    }

    /** Gives back a lease whose handler surely never started. */
    public void giveBack(Lease lease) {
        renewer.forget(lease);
        lease.ended();
        if (!lease.isProtected()) {
            return;
        }
        releaseLater(lease.claim());
        if (breaker.allowsClaims()) {
            releases.repeatAll();
        }
    }

    private void releaseLater(IdempotencyStore.Claim claim) {
        releases.add(() -> store.release(claim.key(), claim.nonce()));
    }

    /** The completion of a run under {@code lease}; see {@link IdempotencyStore.Completion} for the arguments. */
    public IdempotencyStore.Completion completion(
            Lease lease,
            Duration ttl,
            String outcome,
            IdempotencyStore.@Nullable ResultWrite result,
            byte @Nullable [] storedResult,
            byte @Nullable [] followUps,
            boolean frees) {
        IdempotencyStore.Claim claim = lease.claim();
        return new IdempotencyStore.Completion(
                claim.key(),
                lease.token(),
                claim.attempt(),
                claim.fingerprint(),
                claim.taskId(),
                outcome,
                ttl,
                lease.claimedAt(),
                result,
                storedResult,
                followUps,
                frees);
    }

    /** The end of a run under {@code lease} that hands over to a later attempt; see {@link IdempotencyStore.HandOff}. */
    public IdempotencyStore.HandOff handOff(
            Lease lease,
            long next,
            String nextFingerprint,
            IdempotencyStore.@Nullable ResultWrite result,
            byte[] followUps) {
        IdempotencyStore.Claim claim = lease.claim();
        return new IdempotencyStore.HandOff(
                claim.key(),
                lease.token(),
                claim.attempt(),
                claim.fingerprint(),
                claim.taskId(),
                next,
                nextFingerprint,
                claim.keep(),
                lease.claimedAt(),
                result,
                followUps);
    }

    /** Gives the key of {@code lease} into a person's hands. */
    public IdempotencyStore.Parking parking(Lease lease) {
        IdempotencyStore.Claim claim = lease.claim();
        return new IdempotencyStore.Parking(claim.key(), lease.token(), claim.taskId(), claim.owner());
    }

    /**
     * Records how the tenure {@code lease} ended. The future never fails; it waits for the store.
     *
     * @param unanswered asked for when a try failed; the next one waits for its future, which may end either way
     */
    public CompletableFuture<Recording> record(
            Lease lease, IdempotencyStore.Conclusion conclusion, Supplier<CompletableFuture<?>> unanswered) {
        return conclusions.record(lease, conclusion, unanswered);
    }

    /** Ends the waiting for the store: what is not recorded by now is handed back as {@link Recording.Unrecorded}. */
    public void giveUpRecording() {
        conclusions.giveUp();
    }

    private void lost(Lease lease) {
        if (lease.isProtected() && lease.lost()) {
            events.zombie();
        }
    }

    /**
     * Tells the store that the follow-ups of the tenure {@code token} are published, again and again until it knows. The
     * future never fails and completes with the first try: an acknowledgement should wait for that, not for an outage.
     */
    public CompletableFuture<Void> settle(TaskKey key, long token) {
        CompletableFuture<Void> first = new CompletableFuture<>();
        settles.add(() -> store.settle(key, token).whenComplete((done, failure) -> first.complete(null)));
        if (breaker.allowsClaims()) {
            settles.repeatAll();
        } else {
            first.complete(null);
        }
        return first;
    }

    /**
     * Records that the handler of {@code lease} starts, where that matters: for work that lost an owner before. After a
     * loss of data nobody knows of one, so this run counts as a first one does.
     *
     * @return true if it may start; fails with {@link StoreException} if the store does not say
     */
    public CompletableFuture<Boolean> starts(Lease lease) {
        if (!lease.isProtected() || lease.priorRun() == PriorRun.NONE || lease.priorRun() == PriorRun.STORE_LOST_DATA) {
            return CompletableFuture.completedFuture(true);
        }
        return Attempt.of(() -> store.start(lease.key(), lease.token()))
                .whenComplete(this::reportFailure)
                .thenApply(reply -> {
                    if (reply == RenewReply.STALE) {
                        lost(lease);
                    }
                    return reply != RenewReply.STALE;
                });
    }

    /** Reads or records a step of the run under {@code lease}. Fails with {@link StoreException}. */
    public CompletableFuture<StepReply> step(Lease lease, IdempotencyStore.StepChange change) {
        return Attempt.of(() -> store.step(lease.key(), lease.token(), change))
                .whenComplete(this::reportFailure)
                .thenApply(reply -> {
                    if (reply instanceof StepReply.Stale) {
                        lost(lease);
                    }
                    return reply;
                });
    }

    private void reportFailure(@Nullable Object reply, @Nullable Throwable failure) {
        if (failure instanceof StoreException cause) {
            failed(cause);
        }
    }

    /** Takes turns under a shared rate limit. Fails if the store does not answer, or is given up: then there are none. */
    public CompletableFuture<Turns> takeTurns(TurnRequest request) {
        return breaker.allowsClaims()
                ? Attempt.of(() -> store.takeTurns(request)).whenComplete(this::reportFailure)
                : CompletableFuture.failedFuture(breaker.refusal());
    }

    /**
     * A lease for a run that no claim protects: of a task that fails open while the store is down, or that only observes.
     * Counted; the completion is recorded if nobody else's is.
     */
    public Lease unprotected(IdempotencyStore.Claim claim) {
        events.unprotectedRun();
        return Claims.unprotected(claim);
    }

    /**
     * Counts a delivery that the fail-safe keeps from running, and reports it when the store is back.
     *
     * @param task the name of its task, for people
     */
    public void blocked(IdempotencyStore.Claim claim, String task) {
        blockReports.blocked(claim, task);
    }

    /** Whether {@code lease} is still the key's current tenure, as far as the store says now. */
    public CompletableFuture<Boolean> owns(Lease lease) {
        if (lease.isLost() || !lease.isProtected()) {
            return CompletableFuture.completedFuture(false);
        }
        return Attempt.of(() ->
                        store.renew(lease.key(), lease.token(), lease.claim().lease()))
                .thenApply(reply -> {
                    if (reply == RenewReply.STALE) {
                        lost(lease);
                    }
                    return reply == RenewReply.RENEWED;
                });
    }

    /** One foreign record is no outage: whether the store is well, hello tells. */
    private void failed(StoreException cause) {
        events.storeFailed(cause.kind());
        if (cause.kind() != StoreException.Kind.FOREIGN_KEY) {
            breaker.failed(cause);
        }
    }

    private void repeatPending() {
        releases.repeatAll();
        conclusions.repeatAll();
        settles.repeatAll();
        blockReports.repeatAll();
    }

    @Override
    public void close() {
        blockReports.close();
        settles.clear();
        releases.clear();
        renewer.close();
        breaker.close();
    }
}
