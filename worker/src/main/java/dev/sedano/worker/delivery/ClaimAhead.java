package dev.sedano.worker.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets work claim its key only when a handler slot is free or will be within milliseconds: a claim that waits for a
 * thread would only age its lease. For short handlers that means claiming several at once, which is what makes the
 * store's pipeline worth having; for long ones exactly the free slots. Who is next is {@link WaitingLine}'s to say.
 *
 * <p>Thread-safe. {@code admit} is called without the lock held.
 */
final class ClaimAhead {
    private static final double AHEAD_NANOS = 5_000_000;
    private static final int MOST_AHEAD = 256;
    private static final double WEIGHT = 0.05;

    private static final Logger LOG = LoggerFactory.getLogger(ClaimAhead.class);

    private final Consumer<Work> admit;
    private final WaitingLine waiting;
    /** How often {@link #pump} was called since somebody began; 0 = nobody is at it. */
    private final AtomicInteger rounds = new AtomicInteger();

    private int slots;
    private int claimed;
    private double meanNanos = AHEAD_NANOS;
    private boolean stopped;
    private boolean storeGone;

    ClaimAhead(int slots, Consumer<Work> admit, WaitingLine waiting) {
        this.slots = slots;
        this.admit = admit;
        this.waiting = waiting;
    }

    /** Adds work in stage WAITING; it is admitted now or when there is room. */
    void offer(Work work) {
        synchronized (this) {
            waiting.add(work);
        }
        pump();
    }

    /** A claim was not granted, or its work was taken away before it started. A second call changes nothing. */
    void notGranted(Work work) {
        synchronized (this) {
            leave(work);
        }
        pump();
    }

    private void leave(Work work) {
        if (work.takesRoom) {
            work.takesRoom = false;
            claimed--;
            waiting.left(work);
        }
    }

    /** A handler ended after {@code nanos}. */
    void finished(Work work, long nanos) {
        synchronized (this) {
            if (work.takesRoom) {
                leave(work);
                meanNanos += WEIGHT * (nanos - meanNanos);
            }
        }
        pump();
    }

    /** Claims for as many slots from now on; what is claimed stays so. */
    void resize(int now) {
        synchronized (this) {
            slots = now;
        }
        pump();
    }

    /** No more claims from now on. */
    synchronized void stop() {
        stopped = true;
    }

    /** Only what runs without the store from now on, until {@link #resume}. */
    void onlyFailingOpen() {
        synchronized (this) {
            storeGone = true;
        }
        pump();
    }

    void resume() {
        synchronized (this) {
            storeGone = false;
        }
        pump();
    }

    /**
     * Admits what there is room for. An admission may end at once and ask for more: whoever is at it then goes round once
     * more, so that a long row of known duplicates does not become as deep a stack.
     */
    private void pump() {
        if (rounds.getAndIncrement() != 0) {
            return;
        }
        int seen;
        do {
            seen = rounds.get();
            for (Work work : next()) {
                try {
                    admit.accept(work);
                } catch (RuntimeException | Error defect) { // thrown on, it would be the last round of all
                    LOG.error("a delivery of queue {} could not be admitted: a defect", work.delivery.queue(), defect);
                }
            }
        } while (!rounds.compareAndSet(seen, 0));
    }

    private synchronized List<Work> next() {
        if (stopped) {
            return List.of();
        }
        int limit = slots + (int) Math.min(MOST_AHEAD, slots * AHEAD_NANOS / Math.max(meanNanos, 1) - slots);
        if (waiting.isRanked()) {
            limit += slots; // what is claimed ahead of it must not keep it from the next slot
        }
        List<Work> admitted = new ArrayList<>();
        while (claimed < Math.max(limit, slots)) {
            Work work = waiting.next(storeGone ? Work::failsOpen : any -> true);
            if (work == null) {
                break;
            }
            if (work.move(Work.Stage.WAITING, Work.Stage.CLAIMING)) {
                work.takesRoom = true;
                claimed++;
                waiting.taken(work);
                admitted.add(work);
            }
        }
        return admitted;
    }
}
