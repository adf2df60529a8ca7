package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisMovedDataException;

/**
 * The connections to a Redis Cluster: three pipelines to each node that serves slots, shared by all partitions there.
 *
 * <p>A call goes straight to its node while the map of slots is trusted. After any failure the map is asked for anew before
 * the next call, by the thread {@code sedano-store-topology}, which also sends again, within its own time, a call that a
 * node refused because the slot is elsewhere (MOVED) or under way (ASK, TRYAGAIN): such a call has surely not run. No call
 * is sent again for any other reason.
 */
final class ClusterLanes implements Lanes {
    /** Between two tries of a call whose slot is being moved. */
    private static final long PAUSE_NANOS = 20_000_000;
    /** A map that nobody complains about is asked for again, because an idle worker notices no move. */
    private static final long TRUSTED_NANOS = 10_000_000_000L;

    private final List<RedisEndpoint> seeds;
    private final ServerLanes.Shared shared;
    private final Map<RedisEndpoint, ServerLanes> nodes = new ConcurrentHashMap<>();
    private final AtomicLong version = new AtomicLong();
    private final DelayQueue<Detour> detours = new DelayQueue<>();
    private final Thread thread;
    private volatile @Nullable ClusterMap map;
    private volatile boolean doubted;
    private volatile boolean closed;
    private volatile long askedAt;

    ClusterLanes(RedisServers.Cluster servers, RedisStoreSettings settings, ScriptLibrary scripts) {
        this.seeds = servers.seeds();
        this.shared = new ServerLanes.Shared(
                scripts,
                settings.durability(),
                settings.queueCapacity(),
                settings.listener(),
                new StoreWatchdog(),
                this::divert);
        this.thread = new Thread(this::run, "sedano-store-topology");
        thread.setDaemon(true);
    }

    void start() {
        shared.watchdog().start();
        thread.start();
    }

    @Override
    public <T> CompletableFuture<T> submit(Lane lane, int slot, Operation<T> operation) {
        operation.goesTo(lane, slot);
        ClusterMap trusted = map;
        boolean old = StoreClock.nanos() - askedAt > TRUSTED_NANOS;
        if (trusted == null || doubted || (old && lane == Lane.PROBE)) {
            detour(new Detour(operation, null, StoreClock.nanos()));
        } else {
            dispatch(trusted, operation);
        }
        return operation.future();
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        nodes.values().forEach(ServerLanes::close);
        shared.watchdog().close();
    }

    private void dispatch(ClusterMap trusted, Operation<?> operation) {
        RedisEndpoint owner = trusted.owner(operation.slot());
        if (owner == null) {
            doubted = true;
            operation.fail(StoreErrors.simple(
                    Kind.SERVER_UNABLE, "no node of the store's cluster serves slot " + operation.slot() + " now"));
            return;
        }
        ServerLanes lanes = nodes.get(owner);
        if (lanes == null) {
            detour(new Detour(operation, null, StoreClock.nanos())); // only the topology's thread opens nodes
        } else {
            var unused = lanes.submit(operation.lane(), operation.slot(), operation);
        }
    }

    private void detour(Detour detour) {
        if (closed) {
            detour.operation().fail(StoreErrors.simple(Kind.CLOSED, "the store is closed"));
            return;
        }
        if (detours.size() >= shared.capacity()) {
            detour.operation()
                    .fail(StoreErrors.simple(
                            Kind.QUEUE_FULL, "more than " + shared.capacity() + " calls wait for the store's cluster"));
            return;
        }
        detours.add(detour);
        if (closed) {
            failRest();
        }
    }

    /** Called by the pipelines for what a node refused. */
    private boolean divert(Operation<?> operation, StoreException refusal) {
        boolean moved = refusal.getCause() instanceof JedisMovedDataException;
        if (!moved && !StoreErrors.slotIsUnderWay(refusal)) {
            return false;
        }
        doubted = true;
        long pause = moved && operation.firstDetour() ? 0 : PAUSE_NANOS;
        detour(new Detour(operation, refusal, StoreClock.nanos() + pause));
        return true;
    }

    private void run() {
        while (!closed) {
            try {
                Detour next = detours.take();
                try {
                    follow(next);
                } catch (RuntimeException | Error e) { // nothing may end the only thread that answers these calls
                    next.operation().fail(StoreErrors.bug(e));
                }
            } catch (InterruptedException e) {
                break; // only close() interrupts
            }
        }
        failRest();
    }

    private void follow(Detour detour) {
        Operation<?> operation = detour.operation();
        if (StoreClock.nanos() - operation.deadline() >= 0) {
            StoreException refusal = detour.refusal();
            operation.fail(
                    refusal != null
                            ? refusal
                            : StoreErrors.simple(Kind.TIMEOUT, "the store's cluster was not found in time"));
            return;
        }
        ClusterMap trusted = map;
        if (trusted == null || doubted || StoreClock.nanos() - askedAt > TRUSTED_NANOS) {
            try {
                trusted = ask(operation.deadline());
            } catch (StoreException e) {
                operation.fail(e);
                return;
            }
        }
        RedisEndpoint owner = trusted.owner(operation.slot());
        if (owner != null && !closed) {
            nodes.computeIfAbsent(owner, this::open);
        }
        dispatch(trusted, operation);
    }

    private ServerLanes open(RedisEndpoint node) {
        return new ServerLanes(new NodeFinder(node), shared, "@" + node.address());
    }

    /** Asks the nodes that were known last, then the seeds. */
    private ClusterMap ask(long deadline) {
        doubted = false; // before asking: what is found out meanwhile counts
        Set<RedisEndpoint> candidates = new LinkedHashSet<>();
        ClusterMap before = map;
        if (before != null) {
            candidates.addAll(before.nodes());
        }
        candidates.addAll(seeds);
        StoreException failure = null;
        int left = candidates.size();
        for (RedisEndpoint each : candidates) {
            int slice = Math.max(1, StoreClock.millisUntil(deadline) / (1 + left--));
            try {
                ClusterMap found = ClusterMap.askedFrom(each, slice);
                askedAt = StoreClock.nanos();
                if (!found.sameAs(before)) {
                    version.incrementAndGet(); // a node that lost slots and got them back may have lost writes between
                    map = found;
                    closeAllBut(found.nodes());
                }
                return found;
            } catch (StoreException e) {
                failure = e;
            }
        }
        doubted = true;
        throw failure == null ? StoreErrors.simple(Kind.CONNECT, "the store's cluster has no node to ask") : failure;
    }

    private void closeAllBut(Set<RedisEndpoint> serving) {
        List<RedisEndpoint> gone = new ArrayList<>(nodes.keySet());
        gone.removeAll(serving);
        for (RedisEndpoint each : gone) {
            ServerLanes lanes = nodes.remove(each);
            if (lanes != null) {
                lanes.close();
            }
        }
    }

    private void failRest() {
        List<Detour> rest = new ArrayList<>(detours);
        for (Detour each : rest) {
            if (detours.remove(each)) {
                each.operation().fail(StoreErrors.simple(Kind.CLOSED, "the store was closed"));
            }
        }
    }

    /** Always the same node, but connections of an older map are given up. */
    private final class NodeFinder implements ServerFinder {
        private final RedisEndpoint node;

        NodeFinder(RedisEndpoint node) {
            this.node = node;
        }

        @Override
        public RedisEndpoint find(long deadline) {
            return node;
        }

        @Override
        public long version() {
            return version.get();
        }

        @Override
        public void doubt() {
            doubted = true;
        }
    }
}
