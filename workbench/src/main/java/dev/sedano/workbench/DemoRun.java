package dev.sedano.workbench;

import dev.sedano.services.StoppableStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Feeds a running worker, stops the store in the middle, and watches until everything is settled. Used by one thread. */
final class DemoRun {
    private static final int OUTAGE_AT_MESSAGE = 600;
    private static final Duration OUTAGE = Duration.ofSeconds(5);
    private static final Duration TICK = Duration.ofMillis(100);
    /** So long without any change, with everything up, means that what is missing will not come. */
    private static final Duration QUIET_LIMIT = Duration.ofSeconds(20);

    private final DemoFeed feed;
    private final WorkerProcess worker;
    private final Path ledger;
    private final @Nullable StoppableStore store;
    private final StatusLine status;
    private Metrics lastMetrics = Metrics.parse("");
    private long stoppedAt;
    private Duration outage = Duration.ZERO;
    private boolean storeStopped;

    DemoRun(DemoFeed feed, WorkerProcess worker, Path ledger, Optional<StoppableStore> store, StatusLine status) {
        this.feed = feed;
        this.worker = worker;
        this.ledger = ledger;
        this.store = store.orElse(null);
        this.status = status;
    }

    /** Runs to the end and returns the last figures. */
    DemoFigures run() {
        feed.start();
        DemoFigures figures = figures();
        long changedAt = System.nanoTime();
        while (!(feed.isConfirmed() && figures.settled() && feed.waiting() == 0)) {
            pause();
            if (!worker.isAlive()) {
                throw new WorkbenchException("the worker ended in the middle of the demo");
            }
            driveOutage();
            DemoFigures now = figures();
            if (!now.equals(figures) || !feed.isConfirmed() || storeStopped) {
                changedAt = System.nanoTime();
            } else if (System.nanoTime() - changedAt > QUIET_LIMIT.toNanos()) {
                break;
            }
            figures = now;
            status.show(figures.statusLine(feed.published()));
        }
        status.end(figures.statusLine(feed.published()));
        return figures;
    }

    /** Returns how long the store was really away. */
    Duration outage() {
        return outage;
    }

    private void driveOutage() {
        if (store == null) {
            return;
        }
        if (!storeStopped && outage.isZero() && feed.published() >= OUTAGE_AT_MESSAGE) {
            store.stop();
            storeStopped = true;
            stoppedAt = System.nanoTime();
            status.say("Redis is stopped ...");
        } else if (storeStopped && System.nanoTime() - stoppedAt >= OUTAGE.toNanos()) {
            store.restart();
            storeStopped = false;
            outage = Duration.ofNanos(System.nanoTime() - stoppedAt);
            status.say("Redis is back.");
        }
    }

    private DemoFigures figures() {
        lastMetrics = worker.http().metrics().orElse(lastMetrics);
        return new DemoFigures(DemoLedger.read(ledger), lastMetrics);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(TICK.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WorkbenchException("interrupted", e);
        }
    }
}
