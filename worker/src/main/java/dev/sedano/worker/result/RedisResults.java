package dev.sedano.worker.result;

import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.protocol.ResultKeys;
import dev.sedano.worker.protocol.TaskMessage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Results in Redis under {@code celery-task-meta-<id>} (CONTRACT §5), or the app's prefix and that. When the markers live in the same database the
 * record is written by the marker's script; otherwise the order is record, marker, announcement.
 */
public final class RedisResults implements Results {
    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    private final ResultStore store;
    private final @Nullable Duration ttl;
    private final boolean sharedWithMarkers;
    private final UnaryOperator<byte[]> form;
    private final ResultKeys keys;

    /** Of results in JSON. */
    public RedisResults(ResultStore store, @Nullable Duration ttl, boolean sharedWithMarkers) {
        this(store, ttl, sharedWithMarkers, UnaryOperator.identity(), ResultKeys.PLAIN);
    }

    /**
     * Results in Redis.
     *
     * @param ttl how long results are kept, null = for ever
     * @param form a record's JSON to what is stored
     * @param keys where callers look
     */
    public RedisResults(
            ResultStore store,
            @Nullable Duration ttl,
            boolean sharedWithMarkers,
            UnaryOperator<byte[]> form,
            ResultKeys keys) {
        this.store = store;
        this.ttl = ttl;
        this.sharedWithMarkers = sharedWithMarkers;
        this.form = form;
        this.keys = keys;
    }

    @Override
    public IdempotencyStore.@Nullable ResultWrite withMarker(TaskMessage message, byte[] record) {
        return sharedWithMarkers && Results.wanted(message)
                ? new IdempotencyStore.ResultWrite(key(message), form.apply(record), ttl)
                : null;
    }

    @Override
    public IdempotencyStore.@Nullable ResultWrite besideMarker(TaskMessage message, byte[] record) {
        return !sharedWithMarkers && Results.wanted(message)
                ? new IdempotencyStore.ResultWrite(key(message), form.apply(record), ttl)
                : null;
    }

    @Override
    public CompletableFuture<?> beforeMarker(TaskMessage message, byte[] record) {
        return sharedWithMarkers || !Results.wanted(message)
                ? DONE
                : store.write(key(message), form.apply(record), ttl, ResultStore.Mode.STORE);
    }

    @Override
    public CompletableFuture<?> afterMarker(TaskMessage message, byte[] record) {
        return sharedWithMarkers || !Results.wanted(message)
                ? DONE
                : store.write(key(message), form.apply(record), ttl, ResultStore.Mode.ANNOUNCE);
    }

    @Override
    public CompletableFuture<?> send(TaskMessage message, byte[] record) {
        return Results.wanted(message)
                ? store.write(key(message), form.apply(record), ttl, ResultStore.Mode.STORE_AND_ANNOUNCE)
                : DONE;
    }

    @Override
    public CompletableFuture<?> sendFor(String taskId, @Nullable String replyTo, byte[] record) {
        return store.write(keys.task(taskId), form.apply(record), ttl, ResultStore.Mode.STORE_AND_ANNOUNCE);
    }

    @Override
    public boolean keepsRecords() {
        return false;
    }

    private String key(TaskMessage message) {
        return keys.task(message.id());
    }
}
