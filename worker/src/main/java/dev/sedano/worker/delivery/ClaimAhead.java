package dev.sedano.worker.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets work claim its key only when a handler slot is free or will be within milliseconds: a claim that waits for a
 * thread would only age its lease. For short handlers that means claiming several at once, which is what makes the
 * store's pipeline worth having; for long ones exactly the free slots.
 *
 * <p>Thread-safe. {@code admit} is called without the lock held.
 */
final class ClaimAhead {
    private static final double AHEAD_NANOS = 5_000_000;
    private static final int MOST_AHEAD = 256;
    private static final double WEIGHT = 0.05;

    private final int slots;
    private final Consumer<Work> admit;
    private final Deque<Work> waiting = new ArrayDeque<>();
    private int claimed;
    private double meanNanos = AHEAD_NANOS;
    private boolean stopped;
    private boolean storeGone;

    ClaimAhead(int slots, Consumer<Work> admit) {
        this.slots = slots;
        this.admit = admit;
    }

    /** Adds work in stage WAITING; it is admitted now or when there is room. */
    void offer(Work work) {
        synchronized (this) {
            waiting.addLast(work);
        }
        pump();
    }

    /** A claim was not granted, or its work was taken away before it started. */
    void notGranted() {
        synchronized (this) {
            claimed--;
        }
        pump();
    }

    /** A handler ended after {@code nanos}. */
    void finished(long nanos) {
        synchronized (this) {
            claimed--;
            meanNanos += WEIGHT * (nanos - meanNanos);
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

    /** Mean duration of a handler, in nanoseconds. */
    synchronized double meanNanos() {
        return meanNanos;
    }

    private void pump() {
        for (Work work : next()) {
            admit.accept(work);
        }
    }

    private synchronized List<Work> next() {
        if (stopped || waiting.isEmpty()) {
            return List.of();
        }
        int limit = slots + (int) Math.min(MOST_AHEAD, slots * AHEAD_NANOS / Math.max(meanNanos, 1) - slots);
        List<Work> admitted = new ArrayList<>();
        while (claimed < Math.max(limit, slots)) {
            Work work = storeGone ? firstFailingOpen() : waiting.pollFirst();
            if (work == null) {
                break;
            }
            if (work.move(Work.Stage.WAITING, Work.Stage.CLAIMING)) {
                claimed++;
                admitted.add(work);
            }
        }
        return admitted;
    }

    private @Nullable Work firstFailingOpen() {
        for (Work work : waiting) {
            if (work.failsOpen()) {
                waiting.remove(work);
                return work;
            }
        }
        return null;
    }
}
