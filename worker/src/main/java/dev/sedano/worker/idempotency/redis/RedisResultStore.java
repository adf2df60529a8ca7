package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.Durability;
import dev.sedano.worker.idempotency.StoreListener;
import dev.sedano.worker.result.ResultStore;
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

    private final DataSet dataSet = new DataSet(new KnownData(""), null);
    private final long callNanos;
    private final StoreWatchdog watchdog = new StoreWatchdog();
    private final ScriptPipeline pipeline;

    /**
     * @param servers one server, or sentinels; Celery keeps no results in a Redis Cluster
     * @param callDeadline longest time from the hand-over of a call to its answer or failure
     */
    public RedisResultStore(RedisServers servers, Duration callDeadline, StoreListener listener) {
        ServerFinder finder = RedisStores.finder(servers);
        this.callNanos = callDeadline.toNanos();
        StoreConnector connector = new StoreConnector(finder, ScriptLibrary.bundled(), false);
        StoreRound round = new StoreRound(connector, Durability.NONE, listener, StoreRound.Diversion.NONE);
        this.pipeline = new ScriptPipeline("sedano-results", CAPACITY, connector, round, watchdog);
        watchdog.watch(List.of(pipeline));
        watchdog.start();
        pipeline.start();
    }

    @Override
    public CompletableFuture<Boolean> write(String key, byte[] record, @Nullable Duration ttl, Mode mode) {
        return pipeline.submit(new ScriptCall<>(
                dataSet,
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
