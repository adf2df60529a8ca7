package dev.sedano.worker.delivery;

import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.Lease;
import dev.sedano.worker.idempotency.Recording;
import dev.sedano.worker.result.ResultRecord;
import dev.sedano.worker.result.Results;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Makes the end of a run durable: the caller's result where it must come first, then what the store is told, then what
 * tells the caller, then the follow-ups (PROTOCOL §9). Each step is repeated until it succeeds; a finished handler is
 * given up only when the worker ends, and then its outcome is handed back to be kept. Thread-safe.
 */
final class Recorder {
    private static final CompletableFuture<Boolean> DONE = CompletableFuture.completedFuture(true);

    private final IdempotencyChecker checker;
    private final Results results;
    private final Repetition repetition;
    private final FollowUpRun followUps;
    private final AtomicInteger unrecorded = new AtomicInteger();
    private volatile boolean givenUp;

    Recorder(IdempotencyChecker checker, Results results, Repetition repetition, FollowUpRun followUps) {
        this.checker = checker;
        this.results = results;
        this.repetition = repetition;
        this.followUps = followUps;
    }

    /** The future never fails. */
    CompletableFuture<Recording> record(Work work, Lease lease, Ending ending) {
        if (!lease.isProtected()) {
            return withoutMarker(work, ending);
        }
        unrecorded.incrementAndGet();
        return beforeMarker(work, ending.result())
                .thenCompose(stored -> stored
                        ? checker.record(lease, ending.conclusion())
                        : CompletableFuture.completedFuture(new Recording.Unrecorded(ending.conclusion())))
                .thenCompose(recording -> {
                    unrecorded.decrementAndGet();
                    return recording instanceof Recording.Recorded
                            ? announced(work, ending.result())
                                    .thenCombine(
                                            followUps.finish(
                                                    ending.followUps(),
                                                    lease.key(),
                                                    lease.token(),
                                                    () -> isNeeded(work)),
                                            (told, followed) -> recording)
                            : CompletableFuture.completedFuture(recording);
                });
    }

    private CompletableFuture<Boolean> beforeMarker(Work work, @Nullable ResultRecord result) {
        return result == null
                ? DONE
                : repetition.untilDone(() -> results.beforeMarker(work.message, result.json()), () -> !givenUp);
    }

    /** If the channel goes first, the next copy of the delivery is a duplicate, and sends the kept record again. */
    private CompletableFuture<Boolean> announced(Work work, @Nullable ResultRecord result) {
        return result == null
                ? DONE
                : repetition.untilDone(() -> results.afterMarker(work.message, result.json()), () -> isNeeded(work));
    }

    /** A run that no claim protects leaves no marker, and does not wait for a result store that is down. */
    private CompletableFuture<Recording> withoutMarker(Work work, Ending ending) {
        ResultRecord result = ending.result();
        CompletableFuture<Boolean> told = result == null
                ? DONE
                : repetition.untilDone(() -> results.send(work.message, result.json()), () -> false);
        return told.thenCombine(
                followUps.all(ending.followUps(), () -> isNeeded(work)), (sent, followed) -> new Recording.Recorded());
    }

    private static boolean isNeeded(Work work) {
        return work.delivery.channel().isOpen();
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
