package dev.sedano.worker.idempotency;

import dev.sedano.worker.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a handler may run, and records that it has. The only maker of {@link Lease}s, without which no handler
 * can be invoked.
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
    private static final long REPEAT_BUDGET_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long REPEAT_EVERY_MILLIS = 500;
    private static final int MOST_BLOCK_REPORTS = 10_000;

    private final IdempotencyStore store;
    private final CircuitBreaker breaker;
    private final LeaseRenewer renewer;
    private final CheckerEvents events;
    private final Ticker ticker;
    private final RepeatedCalls<Boolean> releases;
    private final RepeatedCalls<BlockVerdict> blockReports;
    private final RepeatedCalls<Boolean> settles;
    private final CompletedKeys completed;
    private final BlockLog blockLog;
    private final Set<Kept> unreported = ConcurrentHashMap.newKeySet();
    private final Map<Lease, PendingConclusion> conclusions = new ConcurrentHashMap<>();

    private record PendingConclusion(
            IdempotencyStore.Conclusion conclusion,
            Supplier<CompletableFuture<?>> unanswered,
            CompletableFuture<Recording> recording,
            boolean[] underWay) {}

    /** What the store answered to a conclusion, whichever it was. */
    private record Concluded(boolean accepted, List<BlockVerdict.Resolved> resolved, long uncounted) {
        static final Concluded STALE = new Concluded(false, List.of(), 0);
        static final Concluded ACCEPTED = new Concluded(true, List.of(), 0);
    }

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
        this.blockLog = blockLog;
        this.ticker = ticker;
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
        this.releases = new RepeatedCalls<>(this::failed);
        this.blockReports = new RepeatedCalls<>(this::failed);
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
            ask(claim, ticker.nanos(), true, admission);
        } else {
            admission.complete(new Admission.StoreUnavailable(new StoreException(
                    StoreException.Kind.CONNECT, StoreException.Effect.NONE, "the circuit breaker is open", null)));
        }
        return admission;
    }

    private void ask(
            IdempotencyStore.Claim claim, long since, boolean mayRepeat, CompletableFuture<Admission> admission) {
        long asked = ticker.nanos();
        Attempt.of(() -> store.claim(claim)).whenComplete((reply, failure) -> {
            if (failure == null) {
                breaker.answered();
                admission.complete(admissionOf(claim, reply, asked));
                return;
            }
            StoreException cause = failure instanceof StoreException known
                    ? known
                    : new StoreException(
                            StoreException.Kind.SCRIPT, StoreException.Effect.UNKNOWN, "the store failed", failure);
            boolean unknown = cause.effect() == StoreException.Effect.UNKNOWN;
            if (unknown && mayRepeat && ticker.nanos() - since < REPEAT_BUDGET_NANOS) {
                ask(claim, since, false, admission);
                return;
            }
            // A repetition follows a try whose fate is unknown: the first may hold the key even if this one was
            // refused.
            if (unknown || !mayRepeat) {
                releaseLater(claim);
            }
            failed(cause);
            if (cause.kind() == StoreException.Kind.FOREIGN_KEY) {
                greetAbout(cause, admission);
            } else {
                admission.complete(new Admission.StoreUnavailable(cause));
            }
        });
    }

    /** Something foreign is in the way: is it one key's record, or something that every claim needs? */
    private void greetAbout(StoreException cause, CompletableFuture<Admission> admission) {
        Attempt.of(store::hello).whenComplete((status, failure) -> {
            if (failure == null) {
                admission.complete(new Admission.Unclaimable(cause));
                return;
            }
            breaker.failed(cause);
            admission.complete(new Admission.StoreUnavailable(cause));
        });
    }

    private Admission admissionOf(IdempotencyStore.Claim claim, ClaimReply reply, long asked) {
        if (reply instanceof ClaimReply.Granted grant) {
            Lease lease = new Lease(claim, grant, asked);
            renewer.watch(lease);
            if (grant.priorRun() != PriorRun.NONE) {
                events.takeover(grant.priorRun());
            }
            return new Admission.Run(lease);
        } else if (reply instanceof ClaimReply.Busy busy) {
            return new Admission.HeldElsewhere(busy.left());
        } else if (reply instanceof ClaimReply.Duplicate duplicate) {
            if (duplicate.followUps() == null) {
                completed.remember(claim, duplicate, claim.lease());
            }
            return new Admission.AlreadyDone(duplicate);
        } else if (reply instanceof ClaimReply.StaleAttempt stale) {
            return new Admission.Superseded(stale);
        } else if (reply instanceof ClaimReply.Unfinished unfinished) {
            return new Admission.Unfinished(unfinished);
        } else if (reply instanceof ClaimReply.Conflict) {
            return new Admission.Conflicting();
        } else if (reply instanceof ClaimReply.Unsafe unsafe) {
            return new Admission.HeldElsewhere(unsafe.left());
        } else if (reply instanceof ClaimReply.Parked parked) {
            return new Admission.ForAPerson(parked);
        } else if (reply instanceof ClaimReply.HeldAfterLoss) {
            return new Admission.ForAPerson(null);
        }
        throw new IllegalStateException(
                "unknown claim reply " + reply.getClass().getName());
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
        PendingConclusion pending =
                new PendingConclusion(conclusion, unanswered, new CompletableFuture<>(), new boolean[1]);
        lease.concluding();
        conclusions.put(lease, pending);
        if (breaker.allowsClaims()) {
            tryToRecord(lease, pending);
        } else {
            var unused = kept(pending);
        }
        return pending.recording();
    }

    private void tryToRecord(Lease lease, PendingConclusion pending) {
        synchronized (pending.underWay()) {
            if (pending.underWay()[0]) {
                return;
            }
            pending.underWay()[0] = true;
        }
        Attempt.of(() -> tell(pending.conclusion())).whenComplete((concluded, failure) -> {
            if (failure != null) {
                if (causeOf(failure) instanceof StoreException cause) {
                    failed(cause);
                }
                kept(pending).whenComplete((kept, never) -> {
                    synchronized (pending.underWay()) {
                        pending.underWay()[0] = false;
                    }
                });
                return;
            }
            if (conclusions.remove(lease) == null) {
                return;
            }
            renewer.forget(lease);
            if (concluded.accepted()) {
                lease.ended();
                concluded.resolved().forEach(events::decided);
                for (long i = concluded.uncounted(); i > 0; i--) {
                    events.unreported();
                }
                remember(lease, pending.conclusion());
                pending.recording().complete(new Recording.Recorded());
            } else {
                lost(lease);
                pending.recording().complete(new Recording.LeaseLost());
            }
        });
    }

    private static CompletableFuture<?> kept(PendingConclusion pending) {
        return Attempt.of(() -> pending.unanswered().get().<@Nullable Object>thenApply(kept -> kept));
    }

    private CompletableFuture<Concluded> tell(IdempotencyStore.Conclusion conclusion) {
        if (conclusion instanceof IdempotencyStore.Completion completion) {
            return store.complete(completion).thenApply(IdempotencyChecker::concluded);
        } else if (conclusion instanceof IdempotencyStore.HandOff handOff) {
            return store.handOff(handOff).thenApply(IdempotencyChecker::concluded);
        }
        return store.park((IdempotencyStore.Parking) conclusion)
                .thenApply(reply -> reply == RenewReply.STALE ? Concluded.STALE : Concluded.ACCEPTED);
    }

    private static Concluded concluded(CompleteReply reply) {
        return reply instanceof CompleteReply.Recorded recorded
                ? new Concluded(true, recorded.resolved(), recorded.uncounted())
                : Concluded.STALE;
    }

    private static Throwable causeOf(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Only what nobody needs to finish: with follow-ups, the store must be asked whether they were published. */
    private void remember(Lease lease, IdempotencyStore.Conclusion conclusion) {
        if (conclusion instanceof IdempotencyStore.Completion done && !done.frees() && done.followUps() == null) {
            completed.remember(
                    lease.claim(),
                    new ClaimReply.Duplicate(done.token(), done.taskId(), done.outcome(), done.storedResult(), null),
                    done.ttl());
        }
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

    /**
     * A lease for a run that no claim protects: of a task that fails open while the store is down, or that only observes.
     * Counted; the completion is recorded if nobody else's is.
     */
    public Lease unprotected(IdempotencyStore.Claim claim) {
        events.unprotectedRun();
        return new Lease(claim, new ClaimReply.Granted(0, PriorRun.NONE, 0), 0);
    }

    /**
     * Counts a delivery that the fail-safe keeps from running, and reports it when the store is back.
     *
     * @param task the name of its task, for people
     */
    public void blocked(IdempotencyStore.Claim claim, String task) {
        events.blocked();
        if (blockReports.size() >= MOST_BLOCK_REPORTS) {
            events.unreported();
            return;
        }
        BlockedDelivery block = new BlockedDelivery(
                claim.nonce(), claim.key(), claim.attempt(), store.estimatedNow(), task, breaker.lastFailure());
        Kept kept = blockLog.keep(block);
        unreported.add(kept);
        blockReports.add(
                () -> store.reportBlocked(block),
                verdict -> {
                    unreported.remove(kept);
                    kept.done();
                    events.decided(verdict);
                },
                () -> {
                    unreported.remove(kept);
                    kept.done();
                    events.unreported();
                });
    }

    /** Whether {@code lease} is still the key's current tenure, as far as the store says now. */
    public CompletableFuture<Boolean> owns(Lease lease) {
        if (lease.isLost() || !lease.isProtected()) {
            return CompletableFuture.completedFuture(false);
        }
        return Attempt.of(() -> store.renew(lease.key(), lease.token(), lease.claim().lease()))
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
        conclusions.forEach(this::tryToRecord);
        settles.repeatAll();
        blockReports.repeatAll();
    }

    /** Ends the waiting for the store: what is not recorded by now is handed back as {@link Recording.Unrecorded}. */
    public void giveUpRecording() {
        conclusions.forEach((lease, pending) -> {
            if (conclusions.remove(lease, pending)) {
                pending.recording().complete(new Recording.Unrecorded());
            }
        });
    }

    @Override
    public void close() {
        for (Kept block : unreported) {
            if (!block.durable().getNow(false)) {
                events.unreported();
            }
        }
        unreported.clear();
        blockReports.clear();
        settles.clear();
        releases.clear();
        renewer.close();
        breaker.close();
    }
}
