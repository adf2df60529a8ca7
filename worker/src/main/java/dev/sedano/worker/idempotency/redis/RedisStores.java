package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.IdempotencyStore;
import java.util.ArrayList;
import java.util.List;

/** Opens stores on any arrangement of servers. */
public final class RedisStores {
    private RedisStores() {}

    /**
     * Starts the threads of a store; connects to nothing yet.
     *
     * @throws IllegalStateException if the remembered epoch cannot be read
     */
    public static IdempotencyStore open(RedisStoreSettings settings) {
        return open(settings, ScriptLibrary.bundled());
    }

    /** For tests of the scripts. */
    static IdempotencyStore open(RedisStoreSettings settings, ScriptLibrary scripts) {
        int count = settings.partitions();
        if (count == 1) {
            return new RedisIdempotencyStore(settings, scripts);
        }
        Lanes lanes = lanes(settings, scripts);
        List<RedisIdempotencyStore> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            parts.add(new RedisIdempotencyStore(settings, i, lanes));
        }
        PartitionCount recorded = new PartitionCount(settings.namespace(), count);
        int slot = Slots.ofTag(settings.namespace());
        long nanos = settings.callDeadline().toNanos();
        return new PartitionedStore(
                parts,
                () -> lanes.submit(Lane.PROBE, slot, new SessionCall<>(nanos, session -> {
                    recorded.agree(session);
                    return true;
                })),
                lanes);
    }

    static Lanes lanes(RedisStoreSettings settings, ScriptLibrary scripts) {
        if (settings.servers() instanceof RedisServers.Cluster cluster) {
            ClusterLanes lanes = new ClusterLanes(cluster, settings, scripts);
            lanes.start();
            return lanes;
        }
        StoreWatchdog watchdog = new StoreWatchdog();
        watchdog.start();
        ServerLanes.Shared shared = new ServerLanes.Shared(
                scripts,
                settings.durability(),
                settings.queueCapacity(),
                settings.listener(),
                watchdog,
                StoreRound.Diversion.NONE);
        return new ServerLanes(finder(settings.servers()), shared, "");
    }

    static ServerFinder finder(RedisServers servers) {
        if (servers instanceof RedisServers.Standalone one) {
            return deadline -> one.endpoint();
        } else if (servers instanceof RedisServers.Sentinels sentinels) {
            return new SentinelFinder(sentinels);
        }
        throw new IllegalArgumentException("one connection cannot serve a Redis Cluster: use redis:// or sentinel://");
    }
}
