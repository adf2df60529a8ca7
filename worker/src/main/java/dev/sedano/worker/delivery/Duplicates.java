package dev.sedano.worker.delivery;

import dev.sedano.worker.delivery.FollowUpRun.Left;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.protocol.TaskMessage;
import dev.sedano.worker.result.Results;
import dev.sedano.worker.result.StoredResults;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a delivery gets whose work is done: the follow-ups that its owner left unpublished, and for its caller the stored
 * result. A duplicate with an id of its own also has follow-ups of its own: the workflow it is part of goes on with the
 * stored outcome. Thread-safe.
 */
final class Duplicates {
    private static final Logger LOG = LoggerFactory.getLogger(Duplicates.class);
    private static final CompletableFuture<Left> DONE = CompletableFuture.completedFuture(Left.DONE);

    /**
     * How a duplicate was answered.
     *
     * @param kind {@code same_id} or {@code other_id}
     * @param left what became of its owner's follow-ups
     */
    record Answer(String kind, Left left) {}

    private final Results results;
    private final StoredResults storedResults;
    private final Endings endings;
    private final FollowUpRun followUps;
    private final Repetition repetition;
    private final IdempotencyChecker checker;

    Duplicates(
            Results results,
            StoredResults storedResults,
            Endings endings,
            FollowUpRun followUps,
            Repetition repetition,
            IdempotencyChecker checker) {
        this.results = results;
        this.storedResults = storedResults;
        this.endings = endings;
        this.followUps = followUps;
        this.repetition = repetition;
        this.checker = checker;
    }

    /**
     * Completes when everything is told that can be, or the channel is gone.
     */
    CompletableFuture<Answer> answer(Work work, ClaimReply.Duplicate duplicate) {
        boolean sameId = duplicate.firstId().equals(work.message.id());
        LOG.info(
                "duplicate of task {}: id {} was completed as id {}",
                work.handler.name(),
                work.message.id(),
                duplicate.firstId());
        byte[] stored = recordFor(work.message, sameId, duplicate.storedResult());
        FollowUpRun.Waiting waiting = FollowUpRun.Waiting.on(work.delivery);
        byte[] left = duplicate.followUps();
        CompletableFuture<Left> followed =
                left == null ? DONE : followUps.finishFor(left, work.claim.key(), duplicate.token(), waiting);
        if (stored != null) {
            if (checker.breaker().allowsClaims()) {
                followed = followed.thenCombine(
                        repetition.untilDone(() -> results.send(work.message, stored), waiting.needed()),
                        (before, told) -> before);
            }
            if (!sameId && !work.message.embed().isEmpty()) {
                followed = followed.thenCombine(
                        followUps.all(endings.afterDuplicate(work, duplicate.outcome(), stored), waiting),
                        (before, own) -> before);
            }
        }
        return followed.thenApply(done -> new Answer(sameId ? "same_id" : "other_id", done));
    }

    /** The key is free for this work as soon as what the failed run before left is published. */
    CompletableFuture<Left> finish(Work work, ClaimReply.Unfinished unfinished) {
        return followUps.finishFor(
                unfinished.followUps(), work.claim.key(), unfinished.token(), FollowUpRun.Waiting.on(work.delivery));
    }

    /** An old copy of an attempt that was handed off: the later attempt's message may have been left unpublished. */
    CompletableFuture<Left> supersede(Work work, ClaimReply.StaleAttempt stale) {
        byte[] left = stale.followUps();
        return left == null
                ? DONE
                : followUps.finishFor(left, work.claim.key(), stale.token(), FollowUpRun.Waiting.on(work.delivery));
    }

    private byte @Nullable [] recordFor(TaskMessage message, boolean sameId, byte @Nullable [] stored) {
        if (stored == null || sameId) {
            return stored;
        }
        try {
            return storedResults.rewriteTaskId(stored, message.id());
        } catch (IllegalArgumentException e) {
            LOG.error("the stored result for id {} cannot be handed on: {}", message.id(), e.getMessage());
            return null;
        }
    }
}
