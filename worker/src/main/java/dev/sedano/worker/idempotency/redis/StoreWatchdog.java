package dev.sedano.worker.idempotency.redis;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * Cuts connections whose round is overdue: socket time-outs bound a single read, but neither a write to a server that no
 * longer reads nor an answer that trickles in. One thread per store, asleep while nothing is called.
 */
final class StoreWatchdog {
    private static final long TICK = 20_000_000;
    /** Fewer than the ticks of a second, or the hello of every second would keep the thread of an idle worker awake. */
    private static final int IDLE_TICKS = 5;

    /** Something with a deadline. */
    interface Watched {
        /** Cuts what is overdue; says whether anything is under way. */
        boolean enforce(long now);
    }

    private final Thread thread;
    private final List<Watched> watched = new CopyOnWriteArrayList<>();
    private volatile boolean parked;
    private volatile boolean closed;

    StoreWatchdog() {
        thread = new Thread(this::run, "sedano-store-watchdog");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void watch(Collection<? extends Watched> more) {
        watched.addAll(more);
    }

    void forget(Collection<? extends Watched> some) {
        watched.removeAll(some);
    }

    /** Called when something gets under way; costs one volatile read while the thread is awake. */
    void wake() {
        if (parked) {
            LockSupport.unpark(thread);
        }
    }

    void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        int idle = 0;
        while (!closed) {
            idle = anyUnderWay() ? 0 : idle + 1;
            if (idle < IDLE_TICKS) {
                LockSupport.parkNanos(this, TICK);
                continue;
            }
            parked = true;
            if (!anyUnderWay() && !closed) {
                LockSupport.park(this);
            }
            parked = false;
            idle = 0;
        }
    }

    private boolean anyUnderWay() {
        boolean any = false;
        long now = StoreClock.nanos();
        for (Watched each : watched) {
            any |= each.enforce(now);
        }
        return any;
    }
}
