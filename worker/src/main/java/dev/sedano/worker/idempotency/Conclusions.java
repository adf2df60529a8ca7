package dev.sedano.worker.idempotency;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How tenures ended, as long as the store has not confirmed it: each is told again and again, for a finished handler is
 * never given up (I2 of {@link IdempotencyChecker}). Thread-safe.
 */
final class Conclusions {
    private record Pending(
            IdempotencyStore.Conclusion conclusion,
            Supplier<CompletableFuture<?>> unanswered,
            CompletableFuture<Recording> recording,
            boolean[] underWay) {}

    /** What the store answered to a conclusion, whichever it was. */
    private record Concluded(boolean accepted, List<BlockVerdict.Resolved> resolved, long uncounted) {
        static final Concluded STALE = new Concluded(false, List.of(), 0);
        static final Concluded ACCEPTED = new Concluded(true, List.of(), 0);
    }

    private final IdempotencyStore store;
    private final CircuitBreaker breaker;
    private final LeaseRenewer renewer;
    private final CompletedKeys completed;
    private final CheckerEvents events;
    private final Consumer<StoreException> onFailure;
    private final Consumer<Lease> onLost;
    private final Map<Lease, Pending> waiting = new ConcurrentHashMap<>();

    /**
     * @param onFailure told of every failed try
     * @param onLost told when the store refuses a conclusion: another tenure took over
     */
    Conclusions(
            IdempotencyStore store,
            CircuitBreaker breaker,
            LeaseRenewer renewer,
            CompletedKeys completed,
            CheckerEvents events,
            Consumer<StoreException> onFailure,
            Consumer<Lease> onLost) {
        this.store = store;
        this.breaker = breaker;
        this.renewer = renewer;
        this.completed = completed;
        this.events = events;
        this.onFailure = onFailure;
        this.onLost = onLost;
    }

    int size() {
        return waiting.size();
    }

    void repeatAll() {
        waiting.forEach(this::tryToRecord);
    }

    /**
     * Records how the tenure {@code lease} ended. The future never fails; it waits for the store.
     *
     * @param unanswered asked for when a try failed; the next one waits for its future, which may end either way
     */
    CompletableFuture<Recording> record(
            Lease lease, IdempotencyStore.Conclusion conclusion, Supplier<CompletableFuture<?>> unanswered) {
        Pending pending = new Pending(conclusion, unanswered, new CompletableFuture<>(), new boolean[1]);
        lease.concluding();
        waiting.put(lease, pending);
        if (breaker.allowsClaims()) {
            tryToRecord(lease, pending);
        } else {
            var unused = kept(pending);
        }
        return pending.recording();
    }

    private void tryToRecord(Lease lease, Pending pending) {
        synchronized (pending.underWay()) {
            if (pending.underWay()[0]) {
                return;
            }
            pending.underWay()[0] = true;
        }
        long revocations = completed.revocations();
        Attempt.of(() -> tell(pending.conclusion())).whenComplete((concluded, failure) -> {
            if (failure != null) {
                if (causeOf(failure) instanceof StoreException cause) {
                    onFailure.accept(cause);
                }
                kept(pending).whenComplete((kept, never) -> {
                    synchronized (pending.underWay()) {
                        pending.underWay()[0] = false;
                    }
                });
                return;
            }
            if (waiting.remove(lease) == null) {
                return;
            }
            renewer.forget(lease);
            if (concluded.accepted()) {
                lease.ended();
                concluded.resolved().forEach(events::decided);
                for (long i = concluded.uncounted(); i > 0; i--) {
                    events.unreported();
                }
                remember(lease, pending.conclusion(), revocations);
                pending.recording().complete(new Recording.Recorded());
            } else {
                onLost.accept(lease);
                pending.recording().complete(new Recording.LeaseLost());
            }
        });
    }

    private static CompletableFuture<?> kept(Pending pending) {
        return Attempt.of(() -> pending.unanswered().get().<@Nullable Object>thenApply(kept -> kept));
    }

    private CompletableFuture<Concluded> tell(IdempotencyStore.Conclusion conclusion) {
        if (conclusion instanceof IdempotencyStore.Completion completion) {
            return store.complete(completion).thenApply(Conclusions::concluded);
        } else if (conclusion instanceof IdempotencyStore.HandOff handOff) {
            return store.handOff(handOff).thenApply(Conclusions::concluded);
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
    private void remember(Lease lease, IdempotencyStore.Conclusion conclusion, long revocations) {
        if (conclusion instanceof IdempotencyStore.Completion done && !done.frees() && done.followUps() == null) {
            completed.remember(
                    lease.claim(),
                    new ClaimReply.Duplicate(done.token(), done.taskId(), done.outcome(), done.storedResult(), null),
                    done.ttl(),
                    revocations);
        }
    }

    /** Ends the waiting for the store: what is not recorded by now is handed back as {@link Recording.Unrecorded}. */
    void giveUp() {
        waiting.forEach((lease, pending) -> {
            if (waiting.remove(lease, pending)) {
                pending.recording().complete(new Recording.Unrecorded());
            }
        });
    }
}
