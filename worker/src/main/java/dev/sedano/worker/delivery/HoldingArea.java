package dev.sedano.worker.delivery;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Deliveries that stay unsettled for a while: their key runs elsewhere, or they are not due yet. They take no slot. A
 * delivery held for a key is asked again as soon as this worker completes that key, or after the time it was told. One that
 * is not due waits for its time whatever becomes of its key: it may be the next attempt of what just ended.
 *
 * <p>Thread-safe; bounded by {@link #isFull}, beyond which deliveries wait in the broker.
 */
final class HoldingArea {
    private static final long FIRST_MILLIS = 200;
    private static final long LONGEST_MILLIS = 5_000;
    /** What the bodies of all that is held may take, but for the last one. */
    private static final long MOST_BYTES = 64 << 20;

    private final int most;
    private final ScheduledExecutorService timer;
    private final Consumer<Work> again;
    private final RandomGenerator random;
    private final Map<String, Set<Work>> byKey = new HashMap<>();
    private final Set<Work> early = new HashSet<>();
    private final Map<String, Integer> byQueue = new HashMap<>();
    private int held;
    private long bytes;

    /** @param again takes work whose wait is over, or is over for another reason */
    HoldingArea(int most, ScheduledExecutorService timer, Consumer<Work> again, RandomGenerator random) {
        this.most = most;
        this.timer = timer;
        this.again = again;
        this.random = random;
    }

    synchronized boolean isFull() {
        return held >= most || bytes >= MOST_BYTES;
    }

    synchronized int size() {
        return held;
    }

    /** How many of them came from {@code queue}. */
    synchronized int size(String queue) {
        return byQueue.getOrDefault(queue, 0);
    }

    /**
     * Holds work (stage HELD) whose key runs elsewhere: at first briefly, for most runs are short, then for twice as long
     * each time up to 5 s, and never beyond the end of the other's lease.
     */
    void untilFree(Work work, Duration left) {
        long patience = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(work.timesHeld++, 5));
        long jitter = random.nextLong(patience / 4);
        synchronized (this) {
            byKey.computeIfAbsent(work.claim.key().record(), key -> new HashSet<>())
                    .add(work);
            comes(work);
        }
        releaseIn(Math.min(left.toMillis(), patience) + 10 + jitter, work);
    }

    /** Holds work (stage HELD) until it is due. */
    void untilDue(Work work, Duration left) {
        work.untilDue = true;
        synchronized (this) {
            early.add(work);
            comes(work);
        }
        releaseIn(left.toMillis() + 1, work);
    }

    private void releaseIn(long millis, Work work) {
        var unused = timer.schedule(() -> release(work), millis, TimeUnit.MILLISECONDS);
    }

    /** The key was completed here: whoever waits for it need not wait longer. */
    void completed(String record) {
        List<Work> waiters;
        synchronized (this) {
            Set<Work> waiting = byKey.isEmpty() ? null : byKey.get(record);
            if (waiting == null) {
                return;
            }
            waiters = List.copyOf(waiting);
        }
        waiters.forEach(this::release);
    }

    /** Ends the wait of this work, if it is held. */
    void release(Work work) {
        if (!remove(work)) {
            return;
        }
        work.untilDue = false;
        if (work.move(Work.Stage.HELD, Work.Stage.WAITING)) {
            again.accept(work);
        }
    }

    /** Forgets work that was taken away. */
    boolean remove(Work work) {
        synchronized (this) {
            if (early.remove(work)) {
                gone(work);
                return true;
            }
            String record = work.claim.key().record();
            Set<Work> same = byKey.get(record);
            if (same == null || !same.remove(work)) {
                return false;
            }
            if (same.isEmpty()) {
                byKey.remove(record);
            }
            gone(work);
            return true;
        }
    }

    private void comes(Work work) {
        held++;
        byQueue.merge(work.delivery.queue(), 1, Integer::sum);
        bytes += work.delivery.body().length;
    }

    private void gone(Work work) {
        held--;
        byQueue.computeIfPresent(work.delivery.queue(), (queue, count) -> count == 1 ? null : count - 1);
        bytes -= work.delivery.body().length;
    }
}
