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
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The store on Redis or Valkey (6.2 or newer), in the keys of one hash tag. Safe for use by many threads. Three pipelines
 * to each server, so that a backlog of claims never delays a renewal or a probe: {@code sedano-store-1} claims, completions,
 * releases and reports, {@code sedano-store-2} renewals, {@code sedano-store-3} hello. Nothing is connected before the
 * first call.
 */
public final class RedisIdempotencyStore implements IdempotencyStore, RevokeLog {
    private static final byte[] SAME_AS_BODY = {'='};
    private static final byte[] YES = {'1'};
    private static final byte[] NO = {'0'};

    private final long callNanos;
    private final byte[] keepReports;
    private final byte[] health;
    private final String recordPrefix;
    private final String blockedPrefix;
    private final String turnsPrefix;
    private final byte[] revoked;
    private final KnownData data;
    private final StoreClock clock = new StoreClock();
    private final StoreReplies replies;
    private final HelloExchange hello;
    private final DataSet dataSet;
    private final LaneOfSlot work;
    private final LaneOfSlot renewals;
    private final LaneOfSlot probe;
    private final Lanes lanes;
    private final boolean closesLanes;

    /**
     * Starts the store's threads; connects to nothing yet.
     *
     * @throws IllegalArgumentException if the settings name more than one partition
     * @throws IllegalStateException if the remembered epoch cannot be read
     */
    public RedisIdempotencyStore(RedisStoreSettings settings) {
        this(settings, ScriptLibrary.bundled());
    }

    /** For tests of the scripts. */
    RedisIdempotencyStore(RedisStoreSettings settings, ScriptLibrary scripts) {
        this(unpartitioned(settings), 0, RedisStores.lanes(settings, scripts));
    }

    /** One partition of a namespace; closes the lanes if it is the only one. */
    RedisIdempotencyStore(RedisStoreSettings settings, int partition, Lanes lanes) {
        String tag = PartitionCount.tag(settings.namespace(), partition, settings.partitions());
        EpochFile epochFile =
                settings.stateDir() == null ? null : new EpochFile(settings.stateDir(), tag.replace(':', '@'));
        this.data = new KnownData(epochFile == null ? "" : epochFile.recall());
        this.callNanos = settings.callDeadline().toNanos();
        this.keepReports = Bytes.of(settings.lossHorizon().toMillis());
        String prefix = "sed:{" + tag + "}:";
        this.health = Bytes.of(prefix + "h");
        this.recordPrefix = prefix + "r:";
        this.blockedPrefix = prefix + "b:";
        this.turnsPrefix = prefix + "t:";
        this.revoked = Bytes.of(prefix + "revoked");
        this.replies = new StoreReplies(data, clock, settings.listener());
        this.hello = new HelloExchange(settings, tag, data, clock, epochFile);
        this.dataSet = new DataSet(data, hello);
        int slot = Slots.ofTag(tag);
        this.work = new LaneOfSlot(lanes, Lane.WORK, slot);
        this.renewals = new LaneOfSlot(lanes, Lane.RENEWALS, slot);
        this.probe = new LaneOfSlot(lanes, Lane.PROBE, slot);
        this.lanes = lanes;
        this.closesLanes = settings.partitions() == 1;
    }

    @Override
    public CompletableFuture<StoreStatus> hello() {
        return probe.submit(new SessionCall<>(callNanos, hello::with));
    }

    @Override
    public CompletableFuture<ClaimReply> claim(Claim claim) {
        String flags = (claim.afterLeaseLoss() == AfterLeaseLoss.PARK ? "P" : "R") + (claim.redelivered() ? "1" : "0");
        return work.submit(call(
                RedisScript.CLAIM,
                List.of(record(claim.key()), health),
                reply -> replies.claim(reply, claim.taskId()),
                ScriptCall.toBeStamped(),
                Bytes.of(claim.nonce()),
                Bytes.of(claim.attempt()),
                Bytes.of(claim.fingerprint()),
                idOf(claim.key(), claim.taskId()),
                Bytes.of(claim.lease().toMillis()),
                Bytes.of(claim.keep().toMillis()),
                Bytes.of(flags),
                Bytes.of(claim.owner()),
                Bytes.of(claim.maxCrashes())));
    }

    @Override
    public CompletableFuture<RenewReply> renew(TaskKey key, long token, Duration lease) {
        return renewals.submit(call(
                RedisScript.RENEW,
                List.of(record(key), health),
                replies::renewed,
                Bytes.of(token),
                Bytes.of(lease.toMillis())));
    }

    @Override
    public CompletableFuture<CompleteReply> complete(Completion completion) {
        ResultWrite result = completion.result();
        return work.submit(call(
                RedisScript.COMPLETE,
                keys(completion.key(), result),
                reply -> replies.recorded(reply, result),
                Bytes.of(completion.token()),
                Bytes.of(completion.attempt()),
                Bytes.of(completion.ttl().toMillis()),
                Bytes.of(completion.outcome()),
                Bytes.of(completion.fingerprint()),
                Bytes.of(completion.claimedAt()),
                idOf(completion.key(), completion.taskId()),
                kept(completion.storedResult(), result),
                body(result),
                ttl(result),
                completion.followUps() == null ? Bytes.NONE : completion.followUps(),
                completion.frees() ? YES : NO));
    }

    @Override
    public CompletableFuture<CompleteReply> handOff(HandOff handOff) {
        ResultWrite result = handOff.result();
        return work.submit(call(
                RedisScript.HANDOFF,
                keys(handOff.key(), result),
                reply -> replies.recorded(reply, result),
                Bytes.of(handOff.token()),
                Bytes.of(handOff.attempt()),
                Bytes.of(handOff.keep().toMillis()),
                Bytes.of(handOff.next()),
                Bytes.of(handOff.nextFingerprint()),
                Bytes.of(handOff.claimedAt()),
                idOf(handOff.key(), handOff.taskId()),
                Bytes.of(handOff.fingerprint()),
                body(result),
                ttl(result),
                handOff.followUps()));
    }

    @Override
    public CompletableFuture<Boolean> settle(TaskKey key, long token) {
        return work.submit(call(RedisScript.SETTLE, List.of(record(key), health), replies::changed, Bytes.of(token)));
    }

    @Override
    public CompletableFuture<RenewReply> start(TaskKey key, long token) {
        return work.submit(call(RedisScript.START, List.of(record(key), health), replies::renewed, Bytes.of(token)));
    }

    @Override
    public CompletableFuture<RenewReply> park(Parking parking) {
        return work.submit(call(
                RedisScript.PARK,
                List.of(record(parking.key()), health),
                replies::renewed,
                Bytes.of(parking.token()),
                Bytes.of(parking.owner())));
    }

    @Override
    public CompletableFuture<StepReply> step(TaskKey key, long token, StepChange change) {
        String operation;
        byte[] value = Bytes.NONE;
        if (change instanceof StepChange.End end) {
            operation = "END";
            value = end.value();
        } else if (change instanceof StepChange.Begin) {
            operation = "BEGIN";
        } else {
            operation = change instanceof StepChange.Undo ? "UNDO" : "READ";
        }
        return work.submit(call(
                RedisScript.STEP,
                List.of(record(key), health),
                replies::step,
                Bytes.of(token),
                Bytes.of(operation),
                Bytes.of(change.name()),
                value));
    }

    @Override
    public CompletableFuture<Boolean> release(TaskKey key, String nonce) {
        return work.submit(call(RedisScript.RELEASE, List.of(record(key), health), replies::changed, Bytes.of(nonce)));
    }

    @Override
    public CompletableFuture<BlockVerdict> reportBlocked(BlockedDelivery delivery) {
        return work.submit(call(
                RedisScript.REPORT_BLOCKED,
                List.of(record(delivery.key()), health, blocked(delivery.key())),
                reply -> StoreReplies.reported(reply, delivery.id()),
                Bytes.of(delivery.id()),
                Bytes.of(delivery.attempt()),
                Bytes.of(delivery.blockedAt()),
                keepReports,
                Bytes.of(delivery.task().isEmpty() ? "" : delivery.reason() + " " + delivery.task())));
    }

    @Override
    public CompletableFuture<Turns> takeTurns(TurnRequest request) {
        return work.submit(call(
                RedisScript.TURNS,
                List.of(Bytes.of(turnsPrefix + request.task())),
                StoreReplies::turns,
                Bytes.of(request.interval().toNanos() / 1_000),
                Bytes.of(request.most()),
                Bytes.of(request.ahead().toNanos() / 1_000),
                Bytes.of(request.within().toNanos() / 1_000)));
    }

    @Override
    public CompletableFuture<Boolean> keepRevoked(Collection<String> entries, Duration keep, Instant now, int most) {
        List<byte[]> members = entries.stream().map(Bytes::of).toList();
        long millis = now.toEpochMilli();
        return renewals.submit(new SessionCall<>(callNanos, session -> {
            session.addMembers(revoked, millis + keep.toMillis(), members, millis, most, keep.toMillis());
            return true;
        }));
    }

    @Override
    public CompletableFuture<List<String>> keptRevoked(Instant now) {
        return renewals.submit(new SessionCall<>(callNanos, session -> session.members(revoked, now.toEpochMilli())));
    }

    @Override
    public long estimatedNow() {
        return clock.estimatedNow();
    }

    /** Fails what waits with CLOSED and ends the threads. May be called again. */
    @Override
    public void close() {
        if (closesLanes) {
            lanes.close();
        }
    }

    private static RedisStoreSettings unpartitioned(RedisStoreSettings settings) {
        if (settings.partitions() != 1) {
            throw new IllegalArgumentException("partitions " + settings.partitions() + ": use RedisStores.open");
        }
        return settings;
    }

    private <T> ScriptCall<T> call(
            RedisScript script, List<byte[]> keys, Function<Reply, T> decoder, byte[]... arguments) {
        return new ScriptCall<>(dataSet, callNanos, script, keys, decoder, arguments);
    }

    private List<byte[]> keys(TaskKey key, @Nullable ResultWrite result) {
        return result == null
                ? List.of(record(key), health, blocked(key))
                : List.of(record(key), health, blocked(key), Bytes.of(result.key()));
    }

    private static byte[] body(@Nullable ResultWrite result) {
        return result == null ? Bytes.NONE : result.body();
    }

    private static byte[] ttl(@Nullable ResultWrite result) {
        return result == null || result.ttl() == null
                ? NO
                : Bytes.of(result.ttl().toMillis());
    }

    private byte[] record(TaskKey key) {
        return Bytes.of(recordPrefix + key.record());
    }

    private byte[] blocked(TaskKey key) {
        return Bytes.of(blockedPrefix + key.record());
    }

    /** A default key is the task id itself, so only explicit ones need to remember who was first. */
    private static byte[] idOf(TaskKey key, String taskId) {
        return key.explicit() ? Bytes.of(taskId) : Bytes.NONE;
    }

    private static byte[] kept(byte @Nullable [] stored, @Nullable ResultWrite result) {
        if (stored == null) {
            return Bytes.NONE;
        }
        return result != null && Arrays.equals(stored, result.body()) ? SAME_AS_BODY : stored;
    }
}
