package dev.sedano.worker.delivery;

import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.Lease;
import dev.sedano.worker.idempotency.Recording;
import dev.sedano.worker.result.ResultRecord;
import dev.sedano.worker.result.Results;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the outcome of a finished handler durable: the caller's result where it must come first, then the completion
 * marker, then what tells the caller (PROTOCOL §9). Each step is repeated until it succeeds; a finished handler is given
 * up only when the worker ends, and then its outcome is handed back to be kept. Thread-safe.
 */
final class Recorder {
    private final IdempotencyChecker checker;
    private final Results results;
    private final Repetition repetition;
    private final Duration retention;
    private final AtomicInteger unrecorded = new AtomicInteger();
    private volatile boolean givenUp;

    Recorder(IdempotencyChecker checker, Results results, Repetition repetition, Duration retention) {
        this.checker = checker;
        this.results = results;
        this.repetition = repetition;
        this.retention = retention;
    }

    /** The future never fails. */
    CompletableFuture<Recording> record(Work work, Lease lease, ResultRecord result) {
        unrecorded.incrementAndGet();
        IdempotencyStore.Completion completion = completionOf(work, lease, result);
        return repetition
                .untilDone(() -> results.beforeMarker(work.message, result.json()), () -> !givenUp)
                .thenCompose(stored -> stored
                        ? checker.record(lease, completion)
                        : CompletableFuture.completedFuture(new Recording.Unrecorded(completion)))
                .thenCompose(recording -> {
                    unrecorded.decrementAndGet();
                    return recording instanceof Recording.Recorded
                            ? announced(work, result).thenApply(sent -> recording)
                            : CompletableFuture.completedFuture(recording);
                });
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
