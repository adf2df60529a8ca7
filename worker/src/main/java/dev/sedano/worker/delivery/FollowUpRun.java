package dev.sedano.worker.delivery;

import dev.sedano.worker.canvas.FollowUp;
import dev.sedano.worker.canvas.FollowUpList;
import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.result.Results;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does follow-ups: each is repeated until the broker has confirmed it (or the result store has taken it), then the store
 * is told. A step that nobody needs any more, since the delivery's channel is gone, is left to the delivery's next copy,
 * which finds the follow-ups beside the marker. Thread-safe.
 */
final class FollowUpRun {
    private static final Logger LOG = LoggerFactory.getLogger(FollowUpRun.class);

    private final FollowUpPublisher publisher;
    private final Results results;
    private final FollowUpList lists;
    private final Repetition repetition;
    private final IdempotencyChecker checker;
    private final PipelineEvents events;
    private final ChordRun chords;
    private final ErrbackCalls errbacks;

    FollowUpRun(
            FollowUpPublisher publisher,
            Results results,
            FollowUpList lists,
            Repetition repetition,
            IdempotencyChecker checker,
            PipelineEvents events,
            ChordRun chords,
            ErrbackCalls errbacks) {
        this.publisher = publisher;
        this.results = results;
        this.lists = lists;
        this.repetition = repetition;
        this.checker = checker;
        this.events = events;
        this.chords = chords;
        this.errbacks = errbacks;
    }

    /**
     * Follow-ups that the tenure {@code token} recorded.
     *
     * @return true when all are done and the store was told once; false if the channel went first. Never fails
     */
    CompletableFuture<Boolean> finish(List<FollowUp> followUps, TaskKey key, long token, BooleanSupplier needed) {
        if (followUps.isEmpty()) {
            return CompletableFuture.completedFuture(true);
        }
        return all(followUps, needed)
                .thenCompose(done -> done
                        ? checker.settle(key, token).thenApply(told -> true)
                        : CompletableFuture.completedFuture(false));
    }

    /** As {@link #finish}, for what another owner left. What cannot be read is reported and left where it is. */
    CompletableFuture<Boolean> finishFor(byte[] kept, TaskKey key, long token, BooleanSupplier needed) {
        List<FollowUp> followUps;
        try {
            followUps = lists.decode(kept);
        } catch (RuntimeException e) {
            LOG.error("follow-ups that another worker left cannot be read: {}; they stay in the store", e.getMessage());
            return CompletableFuture.completedFuture(true);
        }
        LOG.info("{} follow-ups that their owner left are published in its place", followUps.size());
        return finish(followUps, key, token, needed);
    }

    /** Follow-ups without a record of their own. */
    CompletableFuture<Boolean> all(List<FollowUp> followUps, BooleanSupplier needed) {
        return these(followUps.stream().filter(FollowUp::isPreparation).toList(), needed)
                .thenCompose(prepared -> prepared
                        ? these(
                                followUps.stream()
                                        .filter(each -> !each.isPreparation())
                                        .toList(),
                                needed)
                        : CompletableFuture.completedFuture(false));
    }

    private CompletableFuture<Boolean> these(List<FollowUp> followUps, BooleanSupplier needed) {
        CompletableFuture<Boolean> all = CompletableFuture.completedFuture(true);
        for (FollowUp followUp : followUps) {
            AtomicBoolean told = new AtomicBoolean();
            all = all.thenCombine(
                    repetition.untilDone(() -> watched(followUp, told), needed), (before, done) -> before && done);
        }
        return all;
    }

    /** Says once why a follow-up has to be repeated. */
    private CompletableFuture<?> watched(FollowUp followUp, AtomicBoolean told) {
        return one(followUp).whenComplete((done, failure) -> {
            if (failure != null && told.compareAndSet(false, true)) {
                LOG.warn("a follow-up could not be done yet, and is repeated: {}", failure.getMessage());
            }
        });
    }

    private CompletableFuture<?> one(FollowUp followUp) {
        CompletableFuture<?> done;
        if (followUp instanceof FollowUp.Send send) {
            done = publisher.publish(send.message());
        } else if (followUp instanceof FollowUp.Store store) {
            done = store(store);
        } else if (followUp instanceof FollowUp.ChordPart part) {
            done = chords.count(part, this::one);
        } else if (followUp instanceof FollowUp.Call call) {
            done = errbacks.call(call);
        } else {
            done = chords.prepare(followUp);
        }
        return done.thenAccept(confirmed -> events.followUp());
    }

    private CompletableFuture<?> store(FollowUp.Store store) {
        return results.sendFor(store.taskId(), store.replyTo(), store.record());
    }
}
