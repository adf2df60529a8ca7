package dev.sedano.conformance.chaos;

import dev.sedano.worker.idempotency.BlockVerdict;
import dev.sedano.worker.idempotency.BlockedDelivery;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.CompleteReply;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.PriorRun;
import dev.sedano.worker.idempotency.RenewReply;
import dev.sedano.worker.idempotency.StepReply;
import dev.sedano.worker.idempotency.StoreStatus;
import dev.sedano.worker.idempotency.TaskKey;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Writes down what the real store answers before the worker learns it, and ends the process at a {@link Failpoint}. */
public final class RecordingStore implements IdempotencyStore {
    private final IdempotencyStore real;
    private final ChaosLedger ledger;
    private final Failpoint failpoint;
    private final Set<String> blocks = ConcurrentHashMap.newKeySet();

    public RecordingStore(IdempotencyStore real, ChaosLedger ledger, Failpoint failpoint) {
        this.real = real;
        this.ledger = ledger;
        this.failpoint = failpoint;
    }

    @Override
    public CompletableFuture<ClaimReply> claim(Claim claim) {
        failpoint.reached(Failpoint.BEFORE_CLAIM);
        return before(real.claim(claim), reply -> {
            failpoint.reached(Failpoint.AFTER_CLAIM);
            if (reply instanceof ClaimReply.Granted granted) {
                ledger.write(
                        ChaosLedger.Event.GRANTED,
                        claim.key().key(),
                        granted.token(),
                        granted.priorRun() != PriorRun.NONE,
                        granted.claimedAt(),
                        "");
            }
        });
    }

    @Override
    public CompletableFuture<CompleteReply> complete(Completion completion) {
        failpoint.reached(Failpoint.BEFORE_COMPLETE);
        return before(real.complete(completion), reply -> {
            ChaosLedger.Event event =
                    reply instanceof CompleteReply.Recorded ? ChaosLedger.Event.COMPLETE_OK : ChaosLedger.Event.STALE;
            ledger.write(event, completion.key().key(), completion.token(), false, 0, "");
            failpoint.reached(Failpoint.AFTER_COMPLETE);
        });
    }

    /** Hands a reply on after {@code told}, and failures as they are: the worker looks at their type. */
    private static <T> CompletableFuture<T> before(CompletableFuture<T> reply, Consumer<T> told) {
        CompletableFuture<T> handedOn = new CompletableFuture<>();
        reply.whenComplete((value, failure) -> {
            if (failure != null) {
                handedOn.completeExceptionally(failure);
            } else {
                told.accept(value);
                handedOn.complete(value);
            }
        });
        return handedOn;
    }

    @Override
    public CompletableFuture<BlockVerdict> reportBlocked(BlockedDelivery blocked) {
        if (blocks.add(blocked.id())) {
            ledger.write(ChaosLedger.Event.BLOCK, blocked.key().key(), 0, false, blocked.blockedAt(), blocked.id());
        }
        return real.reportBlocked(blocked);
    }

    @Override
    public CompletableFuture<StoreStatus> hello() {
        return real.hello();
    }

    @Override
    public CompletableFuture<RenewReply> renew(TaskKey key, long token, Duration lease) {
        return real.renew(key, token, lease);
    }

    @Override
    public CompletableFuture<CompleteReply> handOff(HandOff handOff) {
        return real.handOff(handOff);
    }

    @Override
    public CompletableFuture<Boolean> settle(TaskKey key, long token) {
        return real.settle(key, token);
    }

    @Override
    public CompletableFuture<RenewReply> start(TaskKey key, long token) {
        return real.start(key, token);
    }

    @Override
    public CompletableFuture<RenewReply> park(Parking parking) {
        return real.park(parking);
    }

    @Override
    public CompletableFuture<StepReply> step(TaskKey key, long token, StepChange change) {
        return real.step(key, token, change);
    }

    @Override
    public CompletableFuture<Boolean> release(TaskKey key, String nonce) {
        return real.release(key, nonce);
    }

    @Override
    public long estimatedNow() {
        return real.estimatedNow();
    }

    @Override
    public void close() {
        real.close();
    }
}
