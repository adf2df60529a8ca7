package dev.sedano.worker.runtime;

import dev.sedano.worker.idempotency.BlockLog;
import dev.sedano.worker.idempotency.CircuitBreaker;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.IdempotencyStore.Completion;
import dev.sedano.worker.idempotency.IdempotencyStore.Conclusion;
import dev.sedano.worker.idempotency.IdempotencyStore.HandOff;
import dev.sedano.worker.idempotency.IdempotencyStore.ResultWrite;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.journal.FileJournal;
import dev.sedano.worker.journal.Journal;
import dev.sedano.worker.journal.JournalEntry;
import dev.sedano.worker.journal.JournalEntry.FinishedRun;
import dev.sedano.worker.journal.JournalFolder;
import dev.sedano.worker.journal.Replay;
import dev.sedano.worker.journal.ReplaySteps;
import dev.sedano.worker.metrics.MetricName;
import dev.sedano.worker.metrics.WorkerMetrics;
import dev.sedano.worker.result.ResultStore;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This worker's journal, and those that dead workers left in the same state folder. Thread-safe. */
final class Journals {
    private static final Logger LOG = LoggerFactory.getLogger(Journals.class);

    private final JournalFolder folder;
    private final WorkerMetrics metrics;
    private final Journal own;
    private final @Nullable FileJournal file;
    private volatile @Nullable Replay replay;

    Journals(WorkerConfig config, WorkerMetrics metrics) {
        this.folder = new JournalFolder(config.stateDir(), config.node());
        this.metrics = metrics;
        this.file = config.journalLimit() == 0 ? null : new FileJournal(folder, config.journalLimit(), metrics);
        this.own = file == null ? Journal.none() : file;
    }

    Journal own() {
        return own;
    }

    BlockLog blockLog() {
        return block -> own.keep(new JournalEntry.UnreportedBlock(block));
    }

    void gauges() {
        FileJournal written = file;
        metrics.gauge(MetricName.JOURNAL_OPEN, () -> written == null ? 0 : written.open());
        metrics.gauge(MetricName.JOURNAL_BYTES, () -> written == null ? 0 : written.bytes());
        metrics.gauge(MetricName.JOURNAL_LEFT, this::left);
    }

    /** Finished runs of earlier workers that are not recorded. */
    int left() {
        Replay running = replay;
        return running == null ? 0 : running.leftRuns();
    }

    /**
     * Opens this worker's journal and takes what dead workers left.
     *
     * @return whether there is anything to replay before work is consumed, with {@link #replay}
     */
    boolean open(
            IdempotencyStore store, @Nullable ResultStore results, CircuitBreaker breaker, FollowUpFinisher followUps) {
        if (file == null) {
            LOG.warn("no journal (--journal-limit 0): work that is finished while the store is away runs again if this"
                    + " worker ends before the store is back");
        } else {
            file.start();
        }
        Replay fresh = new Replay(
                store, breaker::allowsClaims, breaker::failed, stepsWith(results, followUps), metrics, metrics);
        replay = fresh;
        return fresh.take(folder);
    }

    /** Replays what was taken, then runs {@code through}. */
    void replay(Runnable through) {
        Objects.requireNonNull(replay, "open first").start(through);
    }

    /** Does follow-ups that were recorded, and tells the store. */
    interface FollowUpFinisher {
        CompletableFuture<?> finish(byte[] kept, TaskKey key, long token);
    }

    private static byte @Nullable [] followUpsOf(Conclusion conclusion) {
        if (conclusion instanceof HandOff handOff) {
            return handOff.followUps();
        }
        return conclusion instanceof Completion completion ? completion.followUps() : null;
    }

    private static ReplaySteps stepsWith(@Nullable ResultStore results, FollowUpFinisher followUps) {
        return new ReplaySteps() {
            @Override
            public CompletableFuture<?> beforeMarker(FinishedRun run) {
                return write(run, ResultStore.Mode.STORE);
            }

            /** A reply over rpc:// is sent by the next copy of the delivery, which is a duplicate now. */
            @Override
            public CompletableFuture<?> afterMarker(FinishedRun run) {
                byte[] kept = followUpsOf(run.conclusion());
                return write(run, ResultStore.Mode.ANNOUNCE)
                        .thenCompose(told -> kept == null
                                ? CompletableFuture.completedFuture(true)
                                : followUps
                                        .finish(
                                                kept,
                                                run.conclusion().key(),
                                                run.conclusion().token())
                                        .thenApply(done -> true));
            }

            private CompletableFuture<?> write(FinishedRun run, ResultStore.Mode mode) {
                ResultWrite result = run.separateResult();
                return results == null || result == null
                        ? CompletableFuture.completedFuture(true)
                        : results.write(result.key(), result.body(), result.ttl(), mode);
            }
        };
    }

    void stopReplay() {
        Replay running = replay;
        if (running != null) {
            running.close();
        }
    }

    /** Finished runs that the store has not confirmed, of this worker and of earlier ones. */
    int unrecorded() {
        return own.finishedRuns() + left();
    }

    void close() {
        own.close();
    }
}
