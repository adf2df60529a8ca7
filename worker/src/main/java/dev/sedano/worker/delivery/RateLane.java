package dev.sedano.worker.delivery;

import dev.sedano.worker.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Work of one task under a rate limit, in order of arrival; subclasses say whose turn it is. Thread-safe. */
abstract sealed class RateLane permits OwnRate, SharedRate {
    private static final long LONGEST = Duration.ofDays(365).toNanos();

    private final Consumer<Work> goesOn;
    private final ScheduledExecutorService timer;
    private final Ticker ticker;
    private final Deque<Work> waiting = new ArrayDeque<>();
    private long interval;
    private boolean open;
    private @Nullable ScheduledFuture<?> alarm;

    /** @param goesOn takes work in stage WAITING whose turn has come */
    RateLane(Consumer<Work> goesOn, ScheduledExecutorService timer, Ticker ticker) {
        this.goesOn = goesOn;
        this.timer = timer;
        this.ticker = ticker;
    }

    /** Uses up a turn, if there is one now. Called with the lock held, as all that is abstract here. */
    abstract boolean takesTurn();

    /** Sees to it that {@link #turn} is called when there may be one: somebody waits. */
    abstract void await();

    /** The rate is another one from now on. */
    abstract void restart();

    /** Until when, by the ticker, a turn of now is good; 0 = for ever. */
    abstract long turnEnds();

    /** As {@link Pacer#mayRun}. */
    abstract CompletableFuture<Boolean> mayRun(Work work);

    final long now() {
        return ticker.nanos();
    }

    /** Nanoseconds between two turns. */
    final synchronized long interval() {
        return interval;
    }

    final int size() {
        return waiting.size();
    }

    /** How much waits for its turn. */
    final synchronized int waiting() {
        return waiting.size();
    }

    /** Whether what waits here runs also when the store cannot be asked. */
    final synchronized boolean failsOpen() {
        Work first = waiting.peekFirst();
        return first != null && first.failsOpen();
    }

    /** @param perSecond calls per second from now on, more than 0 */
    synchronized void limit(double perSecond) {
        open = false;
        interval = (long) Math.max(1, Math.min((double) LONGEST, 1e9 / perSecond));
        restart();
        if (alarm != null) {
            alarm.cancel(false);
            alarm = null;
        }
        awaitTurn();
    }

    /** Ends the limit: whoever waits goes on, and so does what comes later. */
    void open() {
        List<Work> freed;
        synchronized (this) {
            open = true;
            freed = takeAll();
        }
        freed.forEach(this::goOn);
    }

    /** Takes out whatever waits, in order. */
    final synchronized List<Work> takeAll() {
        List<Work> all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }

    /** Takes work in stage WAITING: it goes on now, or is held until its turn. */
    void offer(Work work) {
        synchronized (this) {
            if (!open && !(waiting.isEmpty() && takesTurn())) {
                if (work.move(Work.Stage.WAITING, Work.Stage.HELD)) {
                    waiting.addLast(work);
                    awaitTurn();
                }
                return;
            }
            hasTurn(work);
        }
        goesOn.accept(work);
    }

    private void awaitTurn() {
        if (alarm == null && !waiting.isEmpty()) {
            await();
        }
    }

    /** Calls {@link #turn} in so many nanoseconds. */
    final void alarmIn(long nanos) {
        alarm = timer.schedule(this::turn, Math.max(0, nanos), TimeUnit.NANOSECONDS);
    }

    private void turn() {
        List<Work> next = new ArrayList<>();
        synchronized (this) {
            alarm = null;
            while (!waiting.isEmpty() && takesTurn()) {
                next.add(waiting.removeFirst());
            }
            awaitTurn();
        }
        next.forEach(this::goOn);
    }

    private void goOn(Work work) {
        hasTurn(work);
        if (work.move(Work.Stage.HELD, Work.Stage.WAITING)) {
            goesOn.accept(work);
        }
    }

    private void hasTurn(Work work) {
        work.paced = true;
        work.turnEnds = turnEnds();
    }

    /**
     * Takes work in stage CLAIMING back, as the next one.
     *
     * @return whether it must not be claimed for now
     */
    final synchronized boolean takesBack(Work work) {
        if (open) {
            return false;
        }
        if (work.move(Work.Stage.CLAIMING, Work.Stage.HELD)) {
            waiting.addFirst(work);
            awaitTurn();
        }
        return true;
    }

    /** Lets work go on without its turn, if it is held here. */
    void release(Work work) {
        if (remove(work)) {
            goOn(work);
        }
    }

    /** Forgets work that was taken away. */
    synchronized boolean remove(Work work) {
        return waiting.remove(work);
    }
}
