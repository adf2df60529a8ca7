package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A queue of calls, one thread and one connection of its own that send what waits in rounds.
 *
 * <p>Invariants:
 * <ol>
 *   <li>A caller never waits: a full queue fails the call at once.
 *   <li>A call is answered or failed at its deadline, counted from hand-over, give or take a scheduling delay. While much is
 *       sent or read, a large list of follow-ups most likely, the calls of its round and those behind it have longer
 *       ({@link Throughput}).
 *   <li>After any failure of the connection it is thrown away, so a late reply never answers another call.
 *   <li>Only the pipeline's thread touches the connection and completes futures; callbacks run there.
 *   <li>Nothing is tried while nothing waits: a dead server costs one failed connect per round.
 * </ol>
 */
final class ScriptPipeline implements StoreWatchdog.Watched, AutoCloseable {
    private static final int MOST_PER_ROUND = 256;
    private static final int BYTES_PER_ROUND = 1 << 20;
    /** Socket time-outs come first; the watchdog is for what they do not bound. */
    private static final long WATCHDOG_DELAY = 15_000_000;

    private final StoreRound.Connector connector;
    private final StoreRound round;
    private final StoreWatchdog watchdog;
    private final int capacity;
    private final Thread thread;
    private final ConcurrentLinkedQueue<Operation<?>> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile boolean idle;
    private volatile boolean closed;
    private volatile long due;
    private volatile Throughput movedBefore = Throughput.NONE;
    /** How much longer than usual the last round may have kept others waiting, and when it ended. */
    private long delay;

    private long roundEnded;

    ScriptPipeline(
            String name, int capacity, StoreRound.Connector connector, StoreRound round, StoreWatchdog watchdog) {
        this.connector = connector;
        this.round = round;
        this.watchdog = watchdog;
        this.capacity = capacity;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Hands a call over. Returns at once. */
    <T> CompletableFuture<T> submit(Operation<T> operation) {
        if (closed) {
            operation.fail(StoreErrors.simple(Kind.CLOSED, "the store is closed"));
        } else if (waiting.incrementAndGet() > capacity) { // I1
            waiting.decrementAndGet();
            operation.fail(StoreErrors.simple(
                    Kind.QUEUE_FULL, "more than " + capacity + " calls wait for the store (queueCapacity)"));
        } else {
            queue.add(operation);
            if (idle) {
                LockSupport.unpark(thread);
            }
            if (closed) {
                failRest();
            }
        }
        return operation.future();
    }

    @Override
    public boolean enforce(long now) {
        long limit = due;
        if (limit == 0) {
            return false;
        }
        if (now - limit > WATCHDOG_DELAY && now - limit > WATCHDOG_DELAY + allowance()) {
            connector.cut();
        }
        return true;
    }

    /** For what was moved in this round so far. */
    private long allowance() {
        return connector.moved().nanosSince(movedBefore);
    }

    /** Fails what waits with CLOSED; what is being answered is cut. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        connector.cut();
    }

    private void run() {
        List<Operation<?>> batch = new ArrayList<>(MOST_PER_ROUND);
        while (!closed) {
            take(batch);
            if (batch.isEmpty()) {
                idle = true;
                if (queue.isEmpty() && !closed) {
                    LockSupport.park(this);
                }
                idle = false;
                continue;
            }
            movedBefore = connector.moved();
            long begun = StoreClock.nanos();
            due = earliest(batch);
            watchdog.wake();
            try {
                round.run(batch, due);
            } catch (Throwable e) { // nothing, not even an Error, may end the only thread that answers
                connector.drop();
                StoreException cause = StoreErrors.bug(e);
                batch.forEach(each -> each.fail(cause));
            }
            roundEnded = StoreClock.nanos();
            delay = Math.min(allowance(), roundEnded - begun);
            due = 0;
            batch.clear();
        }
        connector.drop();
        failRest();
    }

    /** Moves what fits into a round from the queue; what is too late already fails unsent. */
    private void take(List<Operation<?>> batch) {
        int bytes = 0;
        long now = StoreClock.nanos();
        while (batch.size() < MOST_PER_ROUND && bytes < BYTES_PER_ROUND) {
            Operation<?> next = queue.poll();
            if (next == null) {
                return;
            }
            waiting.decrementAndGet();
            if (now - deadline(next) >= 0) { // I2
                next.fail(StoreErrors.simple(Kind.TIMEOUT, "the call waited for the store beyond its deadline"));
            } else {
                bytes += next.weight();
                batch.add(next);
            }
        }
    }

    /** Later if it waited behind much that was moved. */
    private long deadline(Operation<?> call) {
        return call.deadline() + Math.min(delay, Math.max(0, roundEnded - call.handedOver()));
    }

    private long earliest(List<Operation<?>> batch) {
        long first = deadline(batch.get(0));
        for (Operation<?> each : batch) {
            long its = deadline(each);
            if (its - first < 0) {
                first = its;
            }
        }
        return first == 0 ? 1 : first; // 0 means that no round is under way
    }

    private void failRest() {
        StoreException cause = StoreErrors.simple(Kind.CLOSED, "the store was closed");
        for (Operation<?> next = queue.poll(); next != null; next = queue.poll()) {
            waiting.decrementAndGet();
            next.fail(cause);
        }
    }
}
