package dev.sedano.worker.delivery;

import dev.sedano.worker.idempotency.IdempotencyChecker;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the outcome of a finished handler durable: the caller's result where it must come first, then the completion
 * marker, then what tells the caller, then the follow-ups (PROTOCOL §9). Each step is repeated until it succeeds, but not before the outcome is
 * in the journal. A finished handler is given up only when the worker ends. Thread-safe.
 */
final class Recorder {
    private static final CompletableFuture<Boolean> DONE = CompletableFuture.completedFuture(true);
    private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);

    private final IdempotencyChecker checker;
    private final Results results;
    private final Repetition repetition;
    private final FollowUpRun followUps;
    private final Duration settleWithin;
    private final Journal journal;
    private final ScheduledExecutorService timer;
    private final Ticker ticker;
    private final AtomicInteger unrecorded = new AtomicInteger();
    private volatile boolean givenUp;

    Recorder(
            PipelineSettings settings,
            DeliveryPipeline.Collaborators with,
            Repetition repetition,
            FollowUpRun followUps) {
        this.checker = with.checker();
        this.results = with.results();
        this.repetition = repetition;
        this.followUps = followUps;
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
    CompletableFuture<Recording> record(Work work, Lease lease, Ending ending, Runnable atDeadline) {
        if (!lease.isProtected()) {
            return withoutMarker(work, ending);
        }
        unrecorded.incrementAndGet();
        ResultRecord result = ending.result();
        Unconfirmed unconfirmed = new Unconfirmed(
                journal,
                new JournalEntry.FinishedRun(
                        work.claim.nonce(),
                        ending.conclusion(),
                        result == null ? null : results.besideMarker(work.message, result.json())),
                timer,
                settleWithin.minusNanos(ticker.nanos() - work.arrivedAt),
                atDeadline);
        return beforeMarker(work, result, unconfirmed)
                .thenCompose(stored -> stored
                        ? checker.record(lease, ending.conclusion(), unconfirmed::keep)
                        : CompletableFuture.completedFuture(new Recording.Unrecorded()))
                .whenComplete((recording, defect) -> unrecorded.decrementAndGet())
                .thenCompose(recording -> {
                    if (recording instanceof Recording.Unrecorded) {
                        return unconfirmed.keep().thenApply(durable -> {
                            givenUp(work, durable);
                            return recording;
                        });
                    }
                    return (recording instanceof Recording.Recorded
                                    ? announced(work, result)
                                            .thenCombine(
                                                    followUps.finish(
                                                            ending.followUps(),
                                                            lease.key(),
                                                            lease.token(),
                                                            waiting(work)),
                                                    Boolean::logicalAnd)
                                    : DONE)
                            .thenApply(sent -> {
                                work.unfinished = !sent;
                                unconfirmed.confirmed();
                                return recording;
                            });
                });
    }

    private CompletableFuture<Boolean> beforeMarker(Work work, @Nullable ResultRecord result, Unconfirmed unconfirmed) {
        return result == null
                ? DONE
                : repetition.untilDone(
                        () -> unconfirmed.orKeep(results.beforeMarker(work.message, result.json())), () -> !givenUp);
    }

    private static void givenUp(Work work, boolean durable) {
        LOG.error(
                durable
                        ? "task {} id {} ran but its outcome could not be recorded; it is in the journal"
                        : "task {} id {} ran but its outcome could be written neither to the store nor to the journal",
                work.handler.name(),
                work.message.id());
    }

    /** If the channel goes first, the next copy of the delivery is a duplicate, and sends the kept record again. */
    private CompletableFuture<Boolean> announced(Work work, @Nullable ResultRecord result) {
        return result == null
                ? DONE
                : repetition.untilDone(() -> results.afterMarker(work.message, result.json()), work::isAwaited);
    }

    /** A run that no claim protects leaves no marker, and does not wait for a result store that is down. */
    private CompletableFuture<Recording> withoutMarker(Work work, Ending ending) {
        ResultRecord result = ending.result();
        CompletableFuture<Boolean> told = result == null
                ? DONE
                : repetition.untilDone(() -> results.send(work.message, result.json()), () -> false);
        return told.thenCombine(followUps.all(ending.followUps(), waiting(work)), (sent, followed) -> {
            work.unfinished = !followed;
            return new Recording.Recorded();
        });
    }

    private static FollowUpRun.Waiting waiting(Work work) {
        return new FollowUpRun.Waiting(work.delivery.queue(), work::isAwaited);
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
