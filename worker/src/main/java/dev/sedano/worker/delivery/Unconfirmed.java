package dev.sedano.worker.delivery;

import dev.sedano.worker.idempotency.Kept;
import dev.sedano.worker.journal.Journal;
import dev.sedano.worker.journal.JournalEntry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A finished run until the store has confirmed it. Written to the journal when the first step of recording fails, and not
 * before: while the store answers, nothing touches the disk. Thread-safe.
 */
final class Unconfirmed {
    /** A disk that takes longer must not keep the outcome from the store. */
    private static final Duration LONGEST_WRITE = Duration.ofSeconds(2);

    private final Journal journal;
    private final JournalEntry entry;
    private final ScheduledExecutorService timer;
    private final Duration deadline;
    private final Runnable atDeadline;
    private final CompletableFuture<Boolean> written = new CompletableFuture<>();
    private @Nullable Kept kept;
    private @Nullable ScheduledFuture<?> alarm;
    private boolean over;

    /**
     * @param deadline from the first failed step until {@code atDeadline} is run, on the timer thread, unless it is over
     *     before
     */
    Unconfirmed(
            Journal journal,
            JournalEntry entry,
            ScheduledExecutorService timer,
            Duration deadline,
            Runnable atDeadline) {
        this.journal = journal;
        this.entry = entry;
        this.timer = timer;
        this.deadline = deadline;
        this.atDeadline = atDeadline;
    }

    /** Writes the entry unless it was before. Completes with whether it is on disk; after two seconds at most, never fails. */
    synchronized CompletableFuture<Boolean> keep() {
        if (kept == null && !over) {
            Kept page = journal.keep(entry);
            kept = page;
            page.durable().thenAccept(written::complete);
            var unused = timer.schedule(() -> written.complete(false), LONGEST_WRITE.toMillis(), TimeUnit.MILLISECONDS);
            alarm = timer.schedule(atDeadline, Math.max(0, deadline.toMillis()), TimeUnit.MILLISECONDS);
        } else if (over) {
            written.complete(false);
        }
        return written.copy();
    }

    /** {@code step}, whose failure is told only after the entry was written. */
    <T> CompletableFuture<T> orKeep(CompletableFuture<T> step) {
        CompletableFuture<T> told = new CompletableFuture<>();
        step.whenComplete((value, failure) -> {
            if (failure == null) {
                told.complete(value);
            } else {
                keep().whenComplete((durable, never) -> told.completeExceptionally(failure));
            }
        });
        return told;
    }

    /** The store has answered. */
    synchronized void confirmed() {
        over = true;
        if (kept != null) {
            kept.done();
        }
        if (alarm != null) {
            alarm.cancel(false);
        }
    }
}
