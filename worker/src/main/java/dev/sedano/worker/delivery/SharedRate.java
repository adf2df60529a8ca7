package dev.sedano.worker.delivery;

import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.TurnRequest;
import dev.sedano.worker.idempotency.Turns;
import dev.sedano.worker.time.Ticker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A rate limit that counts over all workers of a namespace: turns are taken from the store, a little ahead, so that workers
 * need not race for each. A turn that is not used within a second is lost. Without an answer there is no turn: what waits is
 * blocked when the breaker opens, as what claims is. Only a task that fails open goes on, at the same rate in each worker.
 */
final class SharedRate extends RateLane {
    private static final Logger LOG = LoggerFactory.getLogger(SharedRate.class);
    /** How far ahead turns are taken: so many are lost at most when a worker dies. */
    private static final Duration AHEAD = Duration.ofSeconds(1);
    /** Fast tasks take the turns of so many nanoseconds at once, and leave the others' to them. */
    private static final long AT_ONCE = 100_000_000;

    private static final long GOOD_FOR = 1_000_000_000;
    private static final long PAUSE = 2_000_000_000;

    private final String task;
    private final Consumer<Work> again;
    private final IdempotencyChecker checker;
    private final ScheduledExecutorService timer;
    private long next;
    private int turns;
    /** The interval for which turns are being taken; 0 = nobody asks. */
    private long asking;

    /** @param again takes work in stage WAITING that must be looked at anew */
    SharedRate(
            String task,
            Consumer<Work> goesOn,
            Consumer<Work> again,
            IdempotencyChecker checker,
            ScheduledExecutorService timer,
            Ticker ticker) {
        super(goesOn, timer, ticker);
        this.task = task;
        this.again = again;
        this.checker = checker;
        this.timer = timer;
    }

    @Override
    void restart() {
        turns = 0;
        next = now();
    }

    @Override
    long turnEnds() {
        return (now() + GOOD_FOR) | 1;
    }

    /** Its slot was long in coming: its turn would come together with those of others. What waits for its key keeps it. */
    @Override
    CompletableFuture<Boolean> mayRun(Work work) {
        if (work.timesHeld > 0 || now() - work.turnEnds <= 0) {
            return CompletableFuture.completedFuture(true);
        }
        return checker.takeTurns(new TurnRequest(task, Duration.ofNanos(interval()), 1, AHEAD, Duration.ZERO))
                .handle((taken, failure) ->
                        (failure == null ? taken.count() > 0 : work.failsOpen()) || !takesBack(work));
    }

    @Override
    boolean takesTurn() {
        long now = now();
        if (now - next > GOOD_FOR) {
            turns = 0; // they would come together with those of others
        }
        if (turns == 0 || now - next < 0) {
            return false;
        }
        turns--;
        next += interval();
        return true;
    }

    @Override
    void await() {
        if (turns > 0) {
            alarmIn(next - now());
        } else if (asking == 0) {
            asking = interval();
            int most = (int) Math.max(1, Math.min(size(), AT_ONCE / interval()));
            var unused = checker.takeTurns(new TurnRequest(task, Duration.ofNanos(interval()), most, AHEAD, AHEAD))
                    .whenComplete((taken, failure) -> timer.execute(() -> answered(taken, failure)));
        }
    }

    private void answered(@Nullable Turns taken, @Nullable Throwable failure) {
        noted(taken, failure);
        if (failure != null && !checker.breaker().allowsClaims() && !failsOpen()) {
            for (Work work : takeAll()) { // came when the breaker had blocked the others already
                if (work.move(Work.Stage.HELD, Work.Stage.WAITING)) {
                    again.accept(work);
                }
            }
        }
    }

    private synchronized void noted(@Nullable Turns taken, @Nullable Throwable failure) {
        boolean outdated = asking != interval();
        asking = 0;
        if (outdated) {
            alarmIn(0);
        } else if (taken != null) {
            turns = taken.count();
            next = now() + taken.in().toNanos();
            alarmIn(taken.in().toNanos());
        } else if (failsOpen()) {
            turns = 1;
            next = next - now() > 0 ? next : now();
            alarmIn(next - now());
        } else {
            LOG.warn(
                    "task {}: its rate limit cannot be asked for, so it does not run: {}",
                    task,
                    String.valueOf(failure));
            alarmIn(PAUSE);
        }
    }
}
