package dev.sedano.worker.delivery;

import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.Lease;
import dev.sedano.worker.idempotency.Recording;
import dev.sedano.worker.journal.Journal;
import dev.sedano.worker.journal.JournalEntry;
import dev.sedano.worker.result.ResultRecord;
import dev.sedano.worker.result.Results;
import dev.sedano.worker.time.Ticker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the outcome of a finished handler durable: the caller's result where it must come first, then the completion
 * marker, then what tells the caller (PROTOCOL §9). Each step is repeated until it succeeds, but not before the outcome is
 * in the journal. A finished handler is given up only when the worker ends. Thread-safe.
 */
final class Recorder {
    private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);

    private final IdempotencyChecker checker;
    private final Results results;
    private final Repetition repetition;
    private final Duration retention;
    private final Duration settleWithin;
    private final Journal journal;
    private final ScheduledExecutorService timer;
    private final Ticker ticker;
    private final AtomicInteger unrecorded = new AtomicInteger();
    private volatile boolean givenUp;

    Recorder(PipelineSettings settings, DeliveryPipeline.Collaborators with, Repetition repetition) {
        this.checker = with.checker();
        this.results = with.results();
        this.repetition = repetition;
        this.retention = settings.retention();
        this.settleWithin = settings.settleWithin();
        this.journal = with.journal();
        this.timer = with.timer();
        this.ticker = with.ticker();
    }

    /**
     * The future never fails.
     *
     * @param atDeadline run when the outcome is in the journal and the broker would soon take the delivery back
     */
    CompletableFuture<Recording> record(Work work, Lease lease, ResultRecord result, Runnable atDeadline) {
        unrecorded.incrementAndGet();
        IdempotencyStore.Completion completion = completionOf(work, lease, result);
        Unconfirmed unconfirmed = new Unconfirmed(
                journal,
                new JournalEntry.FinishedRun(
                        work.claim.nonce(), completion, results.besideMarker(work.message, result.json())),
                timer,
                settleWithin.minusNanos(ticker.nanos() - work.arrivedAt),
                atDeadline);
        return repetition
                .untilDone(() -> unconfirmed.orKeep(results.beforeMarker(work.message, result.json())), () -> !givenUp)
                .thenCompose(stored -> stored
                        ? checker.record(lease, completion, unconfirmed::keep)
                        : CompletableFuture.completedFuture(new Recording.Unrecorded(completion)))
                .thenCompose(recording -> {
                    unrecorded.decrementAndGet();
                    if (recording instanceof Recording.Unrecorded) {
                        return unconfirmed.keep().thenApply(durable -> {
                            givenUp(completion, durable);
                            return recording;
                        });
                    }
                    return (recording instanceof Recording.Recorded
                                    ? announced(work, result)
                                    : CompletableFuture.completedFuture(true))
                            .thenApply(sent -> {
                                unconfirmed.confirmed();
                                return recording;
                            });
                });
    }

    private static void givenUp(IdempotencyStore.Completion completion, boolean durable) {
        LOG.error(
                durable
                        ? "task id {} ran to {} but its outcome could not be recorded; it is in the journal"
                        : "task id {} ran to {} but its outcome could be written neither to the store nor to the journal",
                completion.taskId(),
                completion.outcome());
    }

    /** If the channel goes first, the next copy of the delivery is a duplicate, and sends the kept record again. */
    private CompletableFuture<Boolean> announced(Work work, ResultRecord result) {
        return repetition.untilDone(
                () -> results.afterMarker(work.message, result.json()),
                () -> work.delivery.channel().isOpen());
    }

    private IdempotencyStore.Completion completionOf(Work work, Lease lease, ResultRecord result) {
        boolean keepRecord = work.claim.key().explicit() || results.keepsRecords();
        Duration ttl = work.handler.ttl();
        return checker.completion(
                lease,
                ttl == null ? retention : ttl,
                result.state().name(),
                results.withMarker(work.message, result.json()),
                keepRecord ? result.json() : null);
    }

    /** Finished handlers whose outcome is not recorded. */
    int unrecorded() {
        return unrecorded.get();
    }

    /** Ends the waiting: what is not recorded within a repetition comes back as {@link Recording.Unrecorded}. */
    void giveUp() {
        givenUp = true;
        checker.giveUpRecording();
    }
}
