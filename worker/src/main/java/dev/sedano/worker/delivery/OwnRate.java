package dev.sedano.worker.delivery;

import dev.sedano.worker.time.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/** A rate limit of this worker alone, as in Celery. */
final class OwnRate extends RateLane {
    private long next;

    OwnRate(Consumer<Work> goesOn, ScheduledExecutorService timer, Ticker ticker) {
        super(goesOn, timer, ticker);
    }

    @Override
    void restart() {
        next = now();
    }

    @Override
    long turnEnds() {
        return 0;
    }

    @Override
    CompletableFuture<Boolean> mayRun(Work work) {
        return CompletableFuture.completedFuture(true);
    }

    @Override
    boolean takesTurn() {
        long now = now();
        if (now - next < 0) {
            return false;
        }
        next = now + interval();
        return true;
    }

    @Override
    void await() {
        alarmIn(next - now());
    }
}
