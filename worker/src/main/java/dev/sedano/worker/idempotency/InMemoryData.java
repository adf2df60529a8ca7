package dev.sedano.worker.idempotency;

import dev.sedano.worker.idempotency.IdempotencyStore.ResultWrite;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All that a store in memory holds, and its clock; guarded by that store. */
final class InMemoryData {
    private static final long UNSAFE_WINDOW = 10_000;
    private static final long LOSS_HORIZON = Duration.ofDays(7).toMillis();

    final Map<String, InMemoryRecord> records = new HashMap<>();
    final Map<String, byte[]> results = new HashMap<>();
    /** By task, when its next turn is free, in microseconds. */
    final Map<String, Long> freeTurns = new HashMap<>();

    final List<String> published = new ArrayList<>();
    final Set<String> foreign = new HashSet<>();
    long now = 1_700_000_000_000L;
    long lastToken;
    long unsafeUntil;
    long lossUntil;
    private int epoch = 1;
    private boolean lost;

    void loseAll() {
        records.clear();
        results.clear();
        freeTurns.clear();
        lost = true;
    }

    StoreStatus status() {
        boolean noticed = lost;
        noticeLoss();
        return new StoreStatus(
                noticed ? StoreStatus.Verdict.AMNESIA : StoreStatus.Verdict.OK,
                "epoch" + epoch,
                1,
                Duration.ofMillis(Math.max(0, unsafeUntil - now)),
                Duration.ofMillis(Math.max(0, lossUntil - now)),
                now,
                0);
    }

    /** As {@code turns.lua}. */
    Turns takeTurns(TurnRequest request) {
        long micros = now * 1_000;
        long interval = request.interval().toNanos() / 1_000;
        long ahead = request.ahead().toNanos() / 1_000;
        long within = request.within().toNanos() / 1_000;
        long kept = freeTurns.getOrDefault(request.task(), 0L);
        long free = Math.min(Math.max(kept, micros), micros + ahead + interval);
        if (free - micros > within) {
            freeTurns.put(request.task(), free);
            return new Turns(0, Duration.ofNanos((free - micros - within) * 1_000));
        }
        int count = (int) Math.min(request.most(), 1 + (micros + within - free) / interval);
        freeTurns.put(request.task(), free + count * interval);
        return new Turns(count, Duration.ofNanos((free - micros) * 1_000));
    }

    /** The record of that key; an empty one if there is none. */
    InMemoryRecord record(TaskKey key) {
        if (foreign.contains(key.record())) {
            throw new StoreException(
                    StoreException.Kind.FOREIGN_KEY, StoreException.Effect.NONE, "WRONGTYPE, told to be", null);
        }
        InMemoryRecord entry = records.get(key.record());
        if (entry == null || entry.forgottenAt <= now) {
            entry = new InMemoryRecord();
            records.put(key.record(), entry);
        }
        return entry;
    }

    void noticeLoss() {
        if (lost) {
            lost = false;
            epoch++;
            unsafeUntil = now + UNSAFE_WINDOW;
            lossUntil = now + LOSS_HORIZON;
        }
    }

    /** Stores and announces a result; a success that is there stays. */
    boolean write(@Nullable ResultWrite write) {
        if (write == null) {
            return false;
        }
        byte[] old = results.get(write.key());
        if (old != null && StoredSuccess.is(old)) {
            return false;
        }
        results.put(write.key(), write.body());
        published.add(write.key());
        return true;
    }
}
