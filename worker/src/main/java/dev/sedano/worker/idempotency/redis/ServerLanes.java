package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.Durability;
import dev.sedano.worker.idempotency.StoreListener;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The three pipelines to one server, or to whichever server a finder names. */
final class ServerLanes implements Lanes {
    /** What all pipelines of a store share. */
    record Shared(
            ScriptLibrary scripts,
            Durability durability,
            int capacity,
            StoreListener listener,
            StoreWatchdog watchdog,
            StoreRound.Diversion diversion) {}

    private final Shared shared;
    private final boolean alone;
    private final Map<Lane, ScriptPipeline> pipelines = new EnumMap<>(Lane.class);

    /** @param suffix follows each thread's name; empty if there is no other server, then the watchdog is closed too */
    ServerLanes(ServerFinder finder, Shared shared, String suffix) {
        this.shared = shared;
        this.alone = suffix.isEmpty();
        for (Lane lane : Lane.values()) {
            StoreConnector connector = new StoreConnector(finder, shared.scripts(), lane == Lane.PROBE);
            StoreRound round = new StoreRound(connector, shared.durability(), shared.listener(), shared.diversion());
            String name = lane.thread() + suffix;
            pipelines.put(lane, new ScriptPipeline(name, shared.capacity(), connector, round, shared.watchdog()));
        }
        shared.watchdog().watch(pipelines.values());
        pipelines.values().forEach(ScriptPipeline::start);
    }

    @Override
    public <T> CompletableFuture<T> submit(Lane lane, int slot, Operation<T> operation) {
        return pipeline(lane).submit(operation);
    }

    private ScriptPipeline pipeline(Lane lane) {
        ScriptPipeline pipeline = pipelines.get(lane);
        if (pipeline == null) {
            throw new IllegalStateException("no pipeline for " + lane);
        }
        return pipeline;
    }

    @Override
    public void close() {
        pipelines.values().forEach(ScriptPipeline::close);
        shared.watchdog().forget(pipelines.values());
        if (alone) {
            shared.watchdog().close();
        }
    }
}
