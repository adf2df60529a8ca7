package dev.sedano.worker.simulation;

import dev.sedano.worker.idempotency.BlockVerdict;
import dev.sedano.worker.idempotency.BlockedDelivery;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.CompleteReply;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.RenewReply;
import dev.sedano.worker.idempotency.StepReply;
import dev.sedano.worker.idempotency.StoreStatus;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.idempotency.TurnRequest;
import dev.sedano.worker.idempotency.Turns;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A store that asks another one; naive designs override what they get wrong. */
class ForwardingStore implements IdempotencyStore {
    final IdempotencyStore inner;

    ForwardingStore(IdempotencyStore inner) {
        this.inner = inner;
    }

    @Override
    public CompletableFuture<StoreStatus> hello() {
        return inner.hello();
    }

    @Override
    public CompletableFuture<ClaimReply> claim(Claim claim) {
        return inner.claim(claim);
    }

    @Override
    public CompletableFuture<RenewReply> renew(TaskKey key, long token, Duration lease) {
        return inner.renew(key, token, lease);
    }

    @Override
    public CompletableFuture<CompleteReply> complete(Completion completion) {
        return inner.complete(completion);
    }

    @Override
    public CompletableFuture<CompleteReply> handOff(HandOff handOff) {
        return inner.handOff(handOff);
    }

    @Override
    public CompletableFuture<Boolean> settle(TaskKey key, long token) {
        return inner.settle(key, token);
    }

    @Override
    public CompletableFuture<RenewReply> start(TaskKey key, long token) {
        return inner.start(key, token);
    }

    @Override
    public CompletableFuture<RenewReply> park(Parking parking) {
        return inner.park(parking);
    }

    @Override
    public CompletableFuture<StepReply> step(TaskKey key, long token, StepChange change) {
        return inner.step(key, token, change);
    }

    @Override
    public CompletableFuture<Boolean> release(TaskKey key, String nonce) {
        return inner.release(key, nonce);
    }

    @Override
    public CompletableFuture<BlockVerdict> reportBlocked(BlockedDelivery blocked) {
        return inner.reportBlocked(blocked);
    }

    @Override
    public CompletableFuture<Turns> takeTurns(TurnRequest request) {
        return inner.takeTurns(request);
    }

    @Override
    public long estimatedNow() {
        return inner.estimatedNow();
    }

    @Override
    public void close() {
        inner.close();
    }
}
