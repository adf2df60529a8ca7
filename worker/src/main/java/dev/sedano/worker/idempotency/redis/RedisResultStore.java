package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.Durability;
import dev.sedano.worker.idempotency.StoreListener;
import dev.sedano.worker.result.ChordStore;
import dev.sedano.worker.result.ResultStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Result records on a Redis server, through a pipeline of its own. Safe for use by many threads. Owns the thread {@code
 * sedano-results}. Nothing is connected before the first call.
 */
public final class RedisResultStore implements ResultStore, ChordStore {
    private static final int CAPACITY = 10_000;
    private static final byte[] NO = {'0'};
    private static final byte[] YES = {'1'};
    private static final String GROUP = "celery-taskset-meta-";
    private static final String RESULT = "celery-task-meta-";
    /** Celery's {@code 2 * result_chord_join_timeout}: how long the body's publisher is left alone. */
    private static final int CLAIM_SECONDS = 6;

    /** A chord that was told something remembers it at least for so long, however soon its keys expire. */
    private static final long CHORD_MEMORY_SECONDS = Duration.ofDays(7).toSeconds();

    private final DataSet dataSet = new DataSet(new KnownData(""), null);
    private final String groupKey;
    private final String resultKey;
    private final long callNanos;
    private final long chordSeconds;
    private final StoreWatchdog watchdog = new StoreWatchdog();
    private final ScriptPipeline pipeline;

    /**
     * @param servers one server, or sentinels; Celery keeps no results in a Redis Cluster
     * @param keyPrefix in front of Celery's names, with its separator; empty in most apps
     * @param callDeadline longest time from the hand-over of a call to its answer or failure
     * @param chordTtl how long the keys of a chord live, counted anew with each part; null = for ever
     */
    public RedisResultStore(
            RedisServers servers,
            String keyPrefix,
            Duration callDeadline,
            @Nullable Duration chordTtl,
            StoreListener listener) {
        this.groupKey = keyPrefix + GROUP;
        this.resultKey = keyPrefix + RESULT;
        ServerFinder finder = RedisStores.finder(servers);
        this.callNanos = callDeadline.toNanos();
        this.chordSeconds = chordTtl == null ? 0 : Math.max(1, chordTtl.toSeconds());
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
    public CompletableFuture<Boolean> begin(String group, int size, byte @Nullable [] savedGroup) {
        return told(group, "size", size, ".s", savedGroup);
    }

    @Override
    public CompletableFuture<Boolean> add(String group, String taskId, int parts) {
        return told(group, "add:" + taskId, parts, ".t", null);
    }

    private CompletableFuture<Boolean> told(
            String group, String what, int parts, String suffix, byte @Nullable [] savedGroup) {
        return pipeline.submit(new ScriptCall<>(
                dataSet,
                callNanos,
                RedisScript.CHORD_TELL,
                Stream.of(".sedano", suffix, ".c", "")
                        .map(each -> Bytes.of(groupKey + group + each))
                        .toList(),
                reply -> reply.word().equals("OK"),
                Bytes.of(what),
                Bytes.of(parts),
                Bytes.of(chordSeconds),
                savedGroup == null ? Bytes.NONE : savedGroup,
                Bytes.of(Math.max(chordSeconds, CHORD_MEMORY_SECONDS))));
    }

    @Override
    public CompletableFuture<Counted> count(Part part) {
        String group = groupKey + part.group();
        return pipeline.submit(new ScriptCall<>(
                dataSet,
                callNanos,
                RedisScript.CHORD_PART,
                Stream.of(".j", ".t", ".s", ".d", "", ".c")
                        .map(suffix -> Bytes.of(group + suffix))
                        .toList(),
                RedisResultStore::counted,
                Bytes.of(part.taskId()),
                part.value(),
                Bytes.of(part.score()),
                Bytes.of(chordSeconds),
                Bytes.of(CLAIM_SECONDS),
                token(part)));
    }

    private static Counted counted(Reply reply) {
        return switch (reply.word()) {
            case "COUNTED" -> new Counted.Waiting();
            case "DONE" -> new Counted.Ended();
            case "CLAIMED" -> new Counted.HeldByAnother();
            case "COMPLETE" -> {
                List<byte[]> parts = new ArrayList<>();
                for (int i = 2; i < reply.items().size(); i++) {
                    byte[] value = reply.bytes(i);
                    parts.add(value == null ? Bytes.NONE : value);
                }
                yield new Counted.Complete(reply.bytes(1), parts);
            }
            default -> throw reply.unexpected();
        };
    }

    @Override
    public CompletableFuture<Boolean> end(Part part) {
        return end(part, "");
    }

    @Override
    public CompletableFuture<Boolean> fail(Part part) {
        return end(part, "failed");
    }

    private CompletableFuture<Boolean> end(Part part, String how) {
        String group = groupKey + part.group();
        return pipeline.submit(new ScriptCall<>(
                dataSet,
                callNanos,
                RedisScript.CHORD_END,
                Stream.of(".j", ".t", ".s", ".d", ".c")
                        .map(suffix -> Bytes.of(group + suffix))
                        .toList(),
                reply -> reply.word().equals("OK"),
                token(part),
                Bytes.of(how)));
    }

    /** The same for everybody who finishes this part, so that it can be taken up where another worker left it. */
    private static byte[] token(Part part) {
        return Bytes.of("sedano:" + part.taskId());
    }

    @Override
    public CompletableFuture<List<byte @Nullable []>> read(List<String> taskIds) {
        return pipeline.submit(new SessionCall<>(
                callNanos,
                session -> session.read(
                        taskIds.stream().map(id -> Bytes.of(resultKey + id)).toList())));
    }

    @Override
    public void close() {
        pipeline.close();
        watchdog.close();
    }
}
