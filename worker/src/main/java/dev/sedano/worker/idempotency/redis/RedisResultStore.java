package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.StoreListener;
import dev.sedano.worker.result.ResultStore;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Result records on a Redis server, through a pipeline of its own. Safe for use by many threads. Owns the thread {@code
 * sedano-results}. Nothing is connected before the first call.
 */
public final class RedisResultStore implements ResultStore {
    private static final int CAPACITY = 10_000;
    private static final byte[] NO = {'0'};
    private static final byte[] YES = {'1'};

    private final long callNanos;
    private final StoreWatchdog watchdog = new StoreWatchdog();
    private final ScriptPipeline pipeline;

    /** @param callDeadline longest time from the hand-over of a call to its answer or failure */
    public RedisResultStore(URI uri, Duration callDeadline, StoreListener listener) {
        this.callNanos = callDeadline.toNanos();
        KnownData data = new KnownData("");
        StoreConnector connector = new StoreConnector(RedisEndpoint.of(uri), data, null);
        StoreRound round = new StoreRound(connector, session -> {}, data, listener);
        this.pipeline = new ScriptPipeline("sedano-results", CAPACITY, connector, round, watchdog);
        watchdog.start(List.of(pipeline));
        pipeline.start();
    }

    @Override
    public CompletableFuture<Boolean> write(String key, byte[] record, @Nullable Duration ttl, Mode mode) {
        return pipeline.submit(new ScriptCall<>(
                callNanos,
                RedisScript.RESULT,
                List.of(Bytes.of(key)),
                reply -> !reply.word().equals("S"),
                record,
                Bytes.of(ttl == null ? 0 : ttl.toMillis()),
                mode == Mode.ANNOUNCE ? NO : YES,
                mode == Mode.STORE ? NO : YES));
    }

    @Override
    public void close() {
        pipeline.close();
        watchdog.close();
    }
}
