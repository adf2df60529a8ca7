package dev.sedano.worker.delivery;

import dev.sedano.worker.time.Ticker;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the rate limits of tasks in this worker: work of a limited task waits, in order of arrival, for its turn. It takes
 * no slot, but keeps its place in the prefetch, as in Celery. Thread-safe.
 */
final class Pacer {
    /** The calls of one task; guarded by itself. */
    private static final class Lane {
        private final Deque<Work> waiting = new ArrayDeque<>();
        private long interval;
        private long next;
        private boolean open;
        private boolean scheduled;
    }

    private final Consumer<Work> goesOn;
    private final ScheduledExecutorService timer;
    private final Ticker ticker;
    private final Map<String, Lane> lanes = new ConcurrentHashMap<>();

    /** @param goesOn takes work in stage WAITING whose turn has come */
    Pacer(Consumer<Work> goesOn, ScheduledExecutorService timer, Ticker ticker) {
        this.goesOn = goesOn;
        this.timer = timer;
        this.ticker = ticker;
    }

    /** @param perSecond calls per second, 0 = no limit */
    void limit(String task, double perSecond) {
        Lane lane = lanes.computeIfAbsent(task, name -> new Lane());
        List<Work> freed = List.of();
        synchronized (lane) {
            lane.open = perSecond <= 0;
            if (lane.open) {
                lanes.remove(task, lane);
                freed = List.copyOf(lane.waiting);
                lane.waiting.clear();
            } else {
                lane.interval = (long) (1e9 / perSecond);
                lane.next = ticker.nanos();
                schedule(lane);
            }
        }
        freed.forEach(this::goOn);
    }

    /** Takes work in stage WAITING: it goes on now, or is held until its turn. */
    void offer(Work work) {
        Lane lane = lanes.get(work.handler.name());
        if (lane != null && !work.paced) {
            synchronized (lane) {
                long now = ticker.nanos();
                if (lane.open) {
                    work.paced = true;
                } else if (lane.waiting.isEmpty() && now - lane.next >= 0) {
                    lane.next = now + lane.interval;
                    work.paced = true;
                } else {
                    if (work.move(Work.Stage.WAITING, Work.Stage.HELD)) {
                        lane.waiting.addLast(work);
                        schedule(lane);
                    }
                    return;
                }
            }
        }
        goesOn.accept(work);
    }

    private void schedule(Lane lane) {
        if (!lane.scheduled && !lane.waiting.isEmpty()) {
            lane.scheduled = true;
            long wait = Math.max(0, lane.next - ticker.nanos());
            var unused = timer.schedule(() -> turn(lane), wait, TimeUnit.NANOSECONDS);
        }
    }

    private void turn(Lane lane) {
        Work first;
        synchronized (lane) {
            lane.scheduled = false;
            long now = ticker.nanos();
            first = now - lane.next >= 0 ? lane.waiting.pollFirst() : null;
            if (first != null) {
                lane.next = now + lane.interval;
            }
            schedule(lane);
        }
        if (first != null) {
            goOn(first);
        }
    }

    private void goOn(Work work) {
        work.paced = true;
        if (work.move(Work.Stage.HELD, Work.Stage.WAITING)) {
            goesOn.accept(work);
        }
    }

    /** Lets work go on without its turn, if it is held here. */
    void release(Work work) {
        if (remove(work)) {
            goOn(work);
        }
    }

    /** Forgets work that was taken away. */
    boolean remove(Work work) {
        @Nullable Lane lane = lanes.get(work.handler.name());
        if (lane == null) {
            return false;
        }
        synchronized (lane) {
            return lane.waiting.remove(work);
        }
    }
}
