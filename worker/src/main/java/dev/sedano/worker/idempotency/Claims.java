package dev.sedano.worker.idempotency;

import dev.sedano.worker.time.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Asks the store for claims, and alone makes leases (I1 and I3 of {@link IdempotencyChecker}): every doubt is {@link
 * Admission.StoreUnavailable}, and a claim whose fate is unknown is released. Thread-safe.
 */
final class Claims {
    private static final long REPEAT_BUDGET_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final IdempotencyStore store;
    private final CircuitBreaker breaker;
    private final LeaseRenewer renewer;
    private final CompletedKeys completed;
    private final CheckerEvents events;
    private final Ticker ticker;
    private final Consumer<IdempotencyStore.Claim> toRelease;
    private final Consumer<StoreException> onFailure;

    /**
     * @param toRelease takes claims that must be released before new work is taken
     * @param onFailure told of every failure
     */
    Claims(
            IdempotencyStore store,
            CircuitBreaker breaker,
            LeaseRenewer renewer,
            CompletedKeys completed,
            CheckerEvents events,
            Ticker ticker,
            Consumer<IdempotencyStore.Claim> toRelease,
            Consumer<StoreException> onFailure) {
        this.store = store;
        this.breaker = breaker;
        this.renewer = renewer;
        this.completed = completed;
        this.events = events;
        this.ticker = ticker;
        this.toRelease = toRelease;
        this.onFailure = onFailure;
    }

    /** For a run that no claim protects: its token is 0, which no grant has. */
    static Lease unprotected(IdempotencyStore.Claim claim) {
        return new Lease(claim, new ClaimReply.Granted(0, PriorRun.NONE, 0), 0);
    }

    /** Completes {@code admission}, never with a failure. */
    void ask(IdempotencyStore.Claim claim, CompletableFuture<Admission> admission) {
        ask(claim, ticker.nanos(), true, admission);
    }

    private void ask(
            IdempotencyStore.Claim claim, long since, boolean mayRepeat, CompletableFuture<Admission> admission) {
        long asked = ticker.nanos();
        long revocations = completed.revocations();
        Attempt.of(() -> store.claim(claim)).whenComplete((reply, failure) -> {
            if (failure == null) {
                breaker.answered();
                admission.complete(admissionOf(claim, reply, asked, revocations));
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
                toRelease.accept(claim);
            }
            onFailure.accept(cause);
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

    private Admission admissionOf(IdempotencyStore.Claim claim, ClaimReply reply, long asked, long revocations) {
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
                completed.remember(claim, duplicate, claim.lease(), revocations);
            }
            return new Admission.AlreadyDone(duplicate);
        } else if (reply instanceof ClaimReply.StaleAttempt stale) {
            return new Admission.Superseded(stale);
        } else if (reply instanceof ClaimReply.Unfinished unfinished) {
            return new Admission.Unfinished(unfinished);
        } else if (reply instanceof ClaimReply.Conflict conflict) {
            return new Admission.Conflicting(conflict.ofOtherTask());
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
}
