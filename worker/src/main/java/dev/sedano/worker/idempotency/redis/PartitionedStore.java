package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.BlockVerdict;
import dev.sedano.worker.idempotency.BlockedDelivery;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.CompleteReply;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.RenewReply;
import dev.sedano.worker.idempotency.RevokeLog;
import dev.sedano.worker.idempotency.StepReply;
import dev.sedano.worker.idempotency.StoreStatus;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.idempotency.TurnRequest;
import dev.sedano.worker.idempotency.Turns;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A namespace spread over partitions, each a store of its own with its own health record, epoch and generation, so that
 * load spreads over the nodes of a cluster. A key always belongs to the same partition. Safe for use by many threads.
 *
 * <p>Nothing reaches a partition before the store has confirmed the number of partitions. All partitions say hello together:
 * if one of them cannot, the store counts as down, for a worker cannot choose which keys its queue brings.
 */
final class PartitionedStore implements IdempotencyStore, RevokeLog {
    /** Milliseconds by which estimates of one and the same clock may differ. */
    private static final long ESTIMATE_ERROR = 50;

    private final List<IdempotencyStore> parts;
    private final RevokeLog revokes;
    private final Supplier<CompletableFuture<Boolean>> agreement;
    private final Lanes connections;
    private volatile boolean agreed;

    /**
     * @param agreement confirms the number of partitions with the store
     * @param connections closed after the parts
     */
    PartitionedStore(
            List<RedisIdempotencyStore> parts, Supplier<CompletableFuture<Boolean>> agreement, Lanes connections) {
        this.parts = List.copyOf(parts);
        this.revokes = parts.get(0);
        this.agreement = agreement;
        this.connections = connections;
    }

    @Override
    public CompletableFuture<StoreStatus> hello() {
        return afterAgreeing(() -> Greetings.of(parts));
    }

    @Override
    public CompletableFuture<ClaimReply> claim(Claim claim) {
        return on(claim.key(), part -> part.claim(claim));
    }

    @Override
    public CompletableFuture<RenewReply> renew(TaskKey key, long token, Duration lease) {
        return on(key, part -> part.renew(key, token, lease));
    }

    @Override
    public CompletableFuture<CompleteReply> complete(Completion completion) {
        return on(completion.key(), part -> part.complete(completion));
    }

    @Override
    public CompletableFuture<CompleteReply> handOff(HandOff handOff) {
        return on(handOff.key(), part -> part.handOff(handOff));
    }

    @Override
    public CompletableFuture<Boolean> settle(TaskKey key, long token) {
        return on(key, part -> part.settle(key, token));
    }

    @Override
    public CompletableFuture<RenewReply> start(TaskKey key, long token) {
        return on(key, part -> part.start(key, token));
    }

    @Override
    public CompletableFuture<RenewReply> park(Parking parking) {
        return on(parking.key(), part -> part.park(parking));
    }

    @Override
    public CompletableFuture<StepReply> step(TaskKey key, long token, StepChange change) {
        return on(key, part -> part.step(key, token, change));
    }

    @Override
    public CompletableFuture<Boolean> release(TaskKey key, String nonce) {
        return on(key, part -> part.release(key, nonce));
    }

    @Override
    public CompletableFuture<BlockVerdict> reportBlocked(BlockedDelivery blocked) {
        return on(blocked.key(), part -> part.reportBlocked(onClockOf(part, blocked)));
    }

    /** Always in the same one, which is among those that say hello together. */
    @Override
    public CompletableFuture<Turns> takeTurns(TurnRequest request) {
        IdempotencyStore part = parts.get(Slots.partition(request.task(), parts.size()));
        return agreed ? part.takeTurns(request) : afterAgreeing(() -> part.takeTurns(request));
    }

    /** Few, so they need not be spread. */
    @Override
    public CompletableFuture<Boolean> keepRevoked(Collection<String> entries, Duration keep, Instant now, int most) {
        return afterAgreeing(() -> revokes.keepRevoked(entries, keep, now, most));
    }

    @Override
    public CompletableFuture<List<String>> keptRevoked(Instant now) {
        return afterAgreeing(() -> revokes.keptRevoked(now));
    }

    /** The first partition's clock; see {@link #onClockOf}. */
    @Override
    public long estimatedNow() {
        return parts.get(0).estimatedNow();
    }

    @Override
    public void close() {
        parts.forEach(IdempotencyStore::close);
        connections.close();
    }

    /** Partitions on several servers have several clocks; a block is compared with claims of its own partition. */
    private BlockedDelivery onClockOf(IdempotencyStore part, BlockedDelivery blocked) {
        long here = part.estimatedNow();
        long first = estimatedNow();
        return here == 0 || first == 0 || Math.abs(here - first) < ESTIMATE_ERROR
                ? blocked
                : blocked.at(blocked.blockedAt() + here - first);
    }

    private <T> CompletableFuture<T> on(TaskKey key, Function<IdempotencyStore, CompletableFuture<T>> call) {
        IdempotencyStore part = parts.get(Slots.partition(key.record(), parts.size()));
        return agreed ? call.apply(part) : afterAgreeing(() -> call.apply(part));
    }

    /** Composed by hand, because a composed future would wrap the StoreException that callers look for. */
    private <T> CompletableFuture<T> afterAgreeing(Supplier<CompletableFuture<T>> next) {
        CompletableFuture<T> result = new CompletableFuture<>();
        agreement.get().whenComplete((yes, refusal) -> {
            if (refusal != null) {
                result.completeExceptionally(refusal);
                return;
            }
            agreed = true;
            next.get().whenComplete((value, failure) -> {
                if (failure != null) {
                    result.completeExceptionally(failure);
                } else {
                    result.complete(value);
                }
            });
        });
        return result;
    }
}
