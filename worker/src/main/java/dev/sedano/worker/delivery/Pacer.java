package dev.sedano.worker.delivery;

import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.time.Ticker;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the rate limits of tasks: work of a limited task waits, in order of arrival, for its turn. It takes no slot and
 * claims nothing, but keeps its place in the prefetch, as in Celery. Thread-safe.
 */
final class Pacer {
    private final Consumer<Work> goesOn;
    private final Consumer<Work> again;
    private final IdempotencyChecker checker;
    private final ScheduledExecutorService timer;
    private final Ticker ticker;
    private final Map<String, RateLane> lanes = new ConcurrentHashMap<>();
    private final Set<String> shared = ConcurrentHashMap.newKeySet();

    /**
     * @param goesOn takes work in stage WAITING whose turn has come
     * @param again takes work in stage WAITING that must be looked at anew: the store is away
     */
    Pacer(
            Consumer<Work> goesOn,
            Consumer<Work> again,
            IdempotencyChecker checker,
            ScheduledExecutorService timer,
            Ticker ticker) {
        this.goesOn = goesOn;
        this.again = again;
        this.checker = checker;
        this.timer = timer;
        this.ticker = ticker;
    }

    /** Whatever limit the task is given, it counts over all workers. Said before there is one. */
    void share(String task) {
        shared.add(task);
    }

    /** @param perSecond calls per second, 0 = no limit */
    void limit(String task, double perSecond) {
        if (perSecond > 0) {
            lanes.computeIfAbsent(task, this::newLane).limit(perSecond);
            return;
        }
        RateLane ended = lanes.remove(task);
        if (ended != null) {
            ended.open();
        }
    }

    private RateLane newLane(String task) {
        return shared.contains(task)
                ? new SharedRate(task, goesOn, again, checker, timer, ticker)
                : new OwnRate(goesOn, timer, ticker);
    }

    /** Takes work in stage WAITING: it goes on now, or is held until its turn. */
    void offer(Work work) {
        RateLane lane = work.paced ? null : lanes.get(work.handler.name());
        if (lane == null) {
            goesOn.accept(work);
        } else {
            lane.offer(work);
        }
    }

    /**
     * Whether work in stage CLAIMING may be claimed for; if its turn is too long ago it is perhaps held for another. The
     * future never fails.
     */
    CompletableFuture<Boolean> mayRun(Work work) {
        @Nullable RateLane lane = work.turnEnds == 0 ? null : lanes.get(work.handler.name());
        return lane == null ? CompletableFuture.completedFuture(true) : lane.mayRun(work);
    }

    /** How much waits for its turn. */
    int waiting() {
        return lanes.values().stream().mapToInt(RateLane::waiting).sum();
    }

    /** Lets work go on without its turn, if it is held here. */
    void release(Work work) {
        @Nullable RateLane lane = lanes.get(work.handler.name());
        if (lane != null) {
            lane.release(work);
        }
    }

    /** Forgets work that was taken away. */
    boolean remove(Work work) {
        @Nullable RateLane lane = lanes.get(work.handler.name());
        return lane != null && lane.remove(work);
    }
}
