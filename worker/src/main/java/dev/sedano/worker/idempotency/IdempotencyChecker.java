package dev.sedano.worker.idempotency;

import dev.sedano.worker.time.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
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
    private final Map<Lease, PendingCompletion> completions = new ConcurrentHashMap<>();

    private record PendingCompletion(
            IdempotencyStore.Completion completion, CompletableFuture<Recording> recording, boolean[] underWay) {}

    /**
     * @param listener told after this checker when the store is given up and when it is back
     * @param timer runs probes and repetitions; owned by the caller
     */
    public IdempotencyChecker(
            IdempotencyStore store,
            ScheduledExecutorService timer,
            Ticker ticker,
            CheckerEvents events,
            CircuitBreaker.Listener listener) {
        this(store, timer, ticker, events, listener, CircuitBreaker.FULL_JITTER);
    }

    /** @param jitter from the longest pause to the pause before the next probe, in milliseconds */
    IdempotencyChecker(
            IdempotencyStore store,
            ScheduledExecutorService timer,
            Ticker ticker,
            CheckerEvents events,
            CircuitBreaker.Listener listener,
            LongUnaryOperator jitter) {
        this.store = store;
        this.ticker = ticker;
        this.events = events;
        this.renewer = new LeaseRenewer(store, ticker, events);
        this.breaker = new CircuitBreaker(
                store,
                timer,
                ticker,
                new CircuitBreaker.Listener() {
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
        return completions.size();
    }

    /** Asks for the right to run. The future never fails. */
    public CompletableFuture<Admission> admit(IdempotencyStore.Claim claim) {
        CompletableFuture<Admission> admission = new CompletableFuture<>();
        if (breaker.allowsClaims()) {
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
        store.claim(claim).whenComplete((reply, failure) -> {
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
            return new Admission.AlreadyDone(duplicate);
        } else if (reply instanceof ClaimReply.StaleAttempt stale) {
            return new Admission.Superseded(stale.nextAttempt());
        } else if (reply instanceof ClaimReply.Conflict) {
            return new Admission.Conflicting();
        } else if (reply instanceof ClaimReply.Unsafe unsafe) {
            return new Admission.HeldElsewhere(unsafe.left());
        } else if (reply instanceof ClaimReply.Parked) {
            return new Admission.ForAPerson(false);
        } else if (reply instanceof ClaimReply.HeldAfterLoss) {
            return new Admission.ForAPerson(true);
        }
        throw new IllegalStateException(
                "unknown claim reply " + reply.getClass().getName());
    }

    /** Gives back a lease whose handler surely never started. */
    public void giveBack(Lease lease) {
        renewer.forget(lease);
        lease.ended();
        releaseLater(lease.claim());
        if (breaker.allowsClaims()) {
            releases.repeatAll();
        }
    }

    private void releaseLater(IdempotencyStore.Claim claim) {
        releases.add(() -> store.release(claim.key(), claim.nonce()), released -> {});
    }

    /** The completion of a run under {@code lease}. */
    public IdempotencyStore.Completion completion(
            Lease lease,
            Duration ttl,
            String outcome,
            IdempotencyStore.@Nullable ResultWrite result,
            byte @Nullable [] storedResult) {
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
                storedResult);
    }

    /** Records the outcome of a handler that ran under {@code lease}. The future never fails; it waits for the store. */
    public CompletableFuture<Recording> record(Lease lease, IdempotencyStore.Completion completion) {
        PendingCompletion pending = new PendingCompletion(completion, new CompletableFuture<>(), new boolean[1]);
        completions.put(lease, pending);
        if (breaker.allowsClaims()) {
            tryToRecord(lease, pending);
        }
        return pending.recording();
    }

    private void tryToRecord(Lease lease, PendingCompletion pending) {
        synchronized (pending.underWay()) {
            if (pending.underWay()[0]) {
                return;
            }
            pending.underWay()[0] = true;
        }
        store.complete(pending.completion()).whenComplete((reply, failure) -> {
            if (failure != null) {
                synchronized (pending.underWay()) {
                    pending.underWay()[0] = false;
                }
                if (failure instanceof StoreException cause) {
                    failed(cause);
                }
                return;
            }
            if (completions.remove(lease) == null) {
                return;
            }
            renewer.forget(lease);
            if (reply instanceof CompleteReply.Recorded recorded) {
                lease.ended();
                recorded.resolved().forEach(this::count);
                pending.recording().complete(new Recording.Recorded());
            } else {
                if (lease.lost()) {
                    events.zombie();
                }
                pending.recording().complete(new Recording.LeaseLost());
            }
        });
    }

    /** Counts a delivery that the fail-safe keeps from running, and reports it when the store is back. */
    public void blocked(IdempotencyStore.Claim claim) {
        events.blocked();
        if (blockReports.size() >= MOST_BLOCK_REPORTS) {
            events.unreported();
            return;
        }
        BlockedDelivery block = new BlockedDelivery(claim.nonce(), claim.key(), claim.attempt(), store.estimatedNow());
        blockReports.add(() -> store.reportBlocked(block), this::count);
    }

    /** Whether {@code lease} is still the key's current tenure, as far as the store says now. */
    public CompletableFuture<Boolean> owns(Lease lease) {
        if (lease.isLost()) {
            return CompletableFuture.completedFuture(false);
        }
        return store.renew(lease.key(), lease.token(), lease.claim().lease())
                .thenApply(reply -> reply == RenewReply.RENEWED);
    }

    private void count(BlockVerdict verdict) {
        if (verdict instanceof BlockVerdict.Resolved resolved && resolved.first()) {
            if (resolved.falsePositive()) {
                events.falsePositive(resolved.delay());
            } else {
                events.truePositive();
            }
        }
    }

    private void failed(StoreException cause) {
        events.storeFailed(cause.kind());
        breaker.failed(cause);
    }

    private void repeatPending() {
        releases.repeatAll();
        completions.forEach(this::tryToRecord);
        blockReports.repeatAll();
    }

    /** Ends the waiting for the store: what is not recorded by now is handed back as {@link Recording.Unrecorded}. */
    public void giveUpRecording() {
        completions.forEach((lease, pending) -> {
            if (completions.remove(lease, pending)) {
                pending.recording().complete(new Recording.Unrecorded(pending.completion()));
            }
        });
    }

    @Override
    public void close() {
        for (int i = blockReports.size(); i > 0; i--) {
            events.unreported();
        }
        blockReports.clear();
        releases.clear();
        renewer.close();
        breaker.close();
    }
}
