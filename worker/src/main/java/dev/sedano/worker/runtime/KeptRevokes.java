package dev.sedano.worker.runtime;

import dev.sedano.worker.control.RevokeRecords;
import dev.sedano.worker.control.RevokedTasks;
import dev.sedano.worker.idempotency.RevokeLog;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.IsoTimes;
import dev.sedano.worker.protocol.ProtocolException;
import dev.sedano.worker.result.ChordStore;
import dev.sedano.worker.result.Results;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Revokes in the idempotency store, and their news for those who wait for the tasks. Thread-safe. */
final class KeptRevokes implements RevokeRecords {
    private static final Logger LOG = LoggerFactory.getLogger(KeptRevokes.class);
    private static final int AT_ONCE = 1_000;
    /** States that a revoke may replace, as in celery/worker/control.py. */
    private static final Set<String> OPEN = Set.of("PENDING", "RECEIVED", "RETRY", "REJECTED");

    private final @Nullable RevokeLog log;
    private final @Nullable ChordStore stored;
    private final Results results;
    private final RevokedTasks revoked;
    private final CeleryJson json;
    private final Clock clock;
    private final @Nullable RevokeWrites writes;
    private volatile boolean loaded;

    /**
     * @param log null = revokes are in memory only
     * @param stored where results can be read; null = nobody is told before the task comes
     * @param writes to {@code log}; null as it is
     */
    KeptRevokes(
            @Nullable RevokeLog log,
            @Nullable ChordStore stored,
            Results results,
            RevokedTasks revoked,
            CeleryJson json,
            Clock clock,
            @Nullable RevokeWrites writes) {
        this.log = log;
        this.stored = stored;
        this.results = results;
        this.revoked = revoked;
        this.json = json;
        this.clock = clock;
        this.writes = writes;
    }

    /** Learns what others had revoked. The future never fails; it is complete within the store's deadline. */
    CompletableFuture<?> load() {
        if (log == null) {
            return CompletableFuture.completedFuture(null);
        }
        return log.keptRevoked(clock.instant()).handle((entries, failure) -> {
            if (failure == null) {
                loaded = true;
                revoked.add(entries);
            } else {
                LOG.warn("what was revoked earlier cannot be read now: {}", failure.getMessage());
            }
            return true;
        });
    }

    /** As {@link #load}, and waits for it. */
    void loadWithin(Duration most) {
        try {
            load().get(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("what was revoked earlier cannot be read now: {}", e.toString());
        }
    }

    /** As {@link #load}, unless that succeeded before. */
    CompletableFuture<?> loadOnce() {
        return loaded ? CompletableFuture.completedFuture(null) : load();
    }

    @Override
    public void keep(Collection<String> entries) {
        if (writes != null) {
            writes.add(entries);
        }
    }

    @Override
    public void tellCallers(List<String> ids) {
        ChordStore store = stored;
        if (store == null) {
            return;
        }
        for (int i = 0; i < ids.size(); i += AT_ONCE) {
            List<String> some = ids.subList(i, Math.min(ids.size(), i + AT_ONCE));
            var unused = store.read(some).whenComplete((records, failure) -> {
                if (failure != null) {
                    LOG.warn("callers are not told of a revoke: {}", failure.getMessage());
                    return;
                }
                for (int at = 0; at < some.size(); at++) {
                    if (isOpen(records.get(at))) {
                        var unusedSent = results.sendFor(some.get(at), null, record(some.get(at)));
                    }
                }
            });
        }
    }

    private boolean isOpen(byte @Nullable [] record) {
        try {
            return record == null
                    || (json.decode(record) instanceof Map<?, ?> fields && OPEN.contains(fields.get("status")));
        } catch (ProtocolException e) {
            return false; // compressed, or another serializer: somebody has told something
        }
    }

    private byte[] record(String id) {
        Map<String, @Nullable Object> error = new LinkedHashMap<>();
        error.put("exc_type", "TaskRevokedError");
        error.put("exc_message", List.of("revoked"));
        error.put("exc_module", "celery.exceptions");
        Map<String, @Nullable Object> record = new LinkedHashMap<>();
        record.put("status", "REVOKED");
        record.put("result", error);
        record.put("traceback", null);
        record.put("children", List.of());
        record.put("date_done", IsoTimes.format(clock.instant().atOffset(ZoneOffset.UTC)));
        record.put("task_id", id);
        return json.encode(record);
    }
}
