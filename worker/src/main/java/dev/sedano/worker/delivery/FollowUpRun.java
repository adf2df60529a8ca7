package dev.sedano.worker.delivery;

import dev.sedano.worker.canvas.FollowUp;
import dev.sedano.worker.canvas.FollowUpList;
import dev.sedano.worker.canvas.OutgoingMessage;
import dev.sedano.worker.canvas.UnroutableException;
import dev.sedano.worker.canvas.UnsendableException;
import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.result.Results;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does follow-ups: each is repeated until the broker has confirmed it (or the result store has taken it), then the store
 * is told. What has nowhere to go is tried a bounded number of times and then put to the dead-letter queue of the task's
 * queue, which counts as done. A step that nobody needs any more, since the delivery's channel is gone, is left to the delivery's next copy,
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
    private final UnroutableCopies setAside;
    private final ErrbackCalls errbacks;

    FollowUpRun(
            FollowUpPublisher publisher,
            Results results,
            FollowUpList lists,
            Repetition repetition,
            IdempotencyChecker checker,
            PipelineEvents events,
            ChordRun chords,
            UnroutableCopies setAside,
            ErrbackCalls errbacks) {
        this.publisher = publisher;
        this.results = results;
        this.lists = lists;
        this.repetition = repetition;
        this.checker = checker;
        this.events = events;
        this.chords = chords;
        this.errbacks = errbacks;
        this.setAside = setAside;
    }

    /**
     * The delivery that waits for its follow-ups.
     *
     * @param queue where it was consumed, whose dead-letter queue gets what has nowhere to go; null if nobody knows: then
     *     that is left to the next copy of the delivery
     * @param needed whether it still waits
     */
    record Waiting(@Nullable String queue, BooleanSupplier needed) {
        static Waiting on(Delivery delivery) {
            return new Waiting(delivery.queue(), () -> delivery.channel().isOpen());
        }
    }

    /**
     * Follow-ups that the tenure {@code token} recorded.
     *
     * @return true when all are done and the store was told once; false if the channel went first. Never fails
     */
    CompletableFuture<Boolean> finish(List<FollowUp> followUps, TaskKey key, long token, Waiting waiting) {
        if (followUps.isEmpty()) {
            return CompletableFuture.completedFuture(true);
        }
        return all(followUps, waiting)
                .thenCompose(done -> done
                        ? checker.settle(key, token).thenApply(told -> true)
                        : CompletableFuture.completedFuture(false));
    }

    /** What became of follow-ups that another owner left. */
    enum Left {
        /** All are done, and the store was told. */
        DONE,
        /** The channel went first: the next copy of the delivery does them. */
        NOT_NEEDED,
        /** This worker cannot read them; they stay in the store. */
        UNREADABLE
    }

    /** As {@link #finish}, for what another owner left. */
    CompletableFuture<Left> finishFor(byte[] kept, TaskKey key, long token, Waiting waiting) {
        List<FollowUp> followUps;
        try {
            followUps = lists.decode(kept);
        } catch (RuntimeException e) {
            LOG.error("follow-ups that another worker left cannot be read: {}; they stay in the store", e.getMessage());
            return CompletableFuture.completedFuture(Left.UNREADABLE);
        }
        LOG.info("{} follow-ups that their owner left are published in its place", followUps.size());
        return finish(followUps, key, token, waiting).thenApply(done -> done ? Left.DONE : Left.NOT_NEEDED);
    }

    /** Follow-ups without a record of their own. */
    CompletableFuture<Boolean> all(List<FollowUp> followUps, Waiting waiting) {
        return these(followUps.stream().filter(FollowUp::isPreparation).toList(), waiting)
                .thenCompose(prepared ->
                        prepared ? afterPreparations(followUps, waiting) : CompletableFuture.completedFuture(false));
    }

    private CompletableFuture<Boolean> afterPreparations(List<FollowUp> followUps, Waiting waiting) {
        List<FollowUp> left =
                followUps.stream().filter(each -> !each.isPreparation()).toList();
        return followUps.stream().anyMatch(FollowUp.ChordAddition.class::isInstance)
                ? inTurn(left, waiting)
                : these(left, waiting);
    }

    /**
     * What a task added to its chord comes before what replaces it: the claim of the replacement takes its being there for
     * a sign that everything was published, and what was not would be forgotten.
     */
    private CompletableFuture<Boolean> inTurn(List<FollowUp> followUps, Waiting waiting) {
        CompletableFuture<Boolean> all = CompletableFuture.completedFuture(true);
        for (FollowUp followUp : followUps) {
            all = all.thenCompose(
                    before -> before ? these(List.of(followUp), waiting) : CompletableFuture.completedFuture(false));
        }
        return all;
    }

    private CompletableFuture<Boolean> these(List<FollowUp> followUps, Waiting waiting) {
        CompletableFuture<Boolean> all = CompletableFuture.completedFuture(true);
        for (FollowUp followUp : followUps) {
            AtomicBoolean told = new AtomicBoolean();
            FollowUpTries tries = new FollowUpTries();
            BooleanSupplier needed =
                    () -> waiting.needed().getAsBoolean() && !(waiting.queue() == null && tries.areUsedUp());
            all = all.thenCombine(
                    repetition.untilDone(() -> watched(followUp, waiting, tries, told), needed, tries::pause),
                    (before, done) -> before && done);
        }
        return all;
    }

    /** Says once why a follow-up has to be repeated. */
    private CompletableFuture<?> watched(FollowUp followUp, Waiting waiting, FollowUpTries tries, AtomicBoolean told) {
        return one(followUp, waiting, tries).whenComplete((done, failure) -> {
            Throwable cause = causeOf(failure);
            if (cause != null && told.compareAndSet(false, true)) {
                LOG.warn("a follow-up could not be done yet, and is repeated: {}", cause.getMessage());
            }
        });
    }

    private CompletableFuture<?> one(FollowUp followUp, Waiting waiting, FollowUpTries tries) {
        if (followUp instanceof FollowUp.Send send) {
            return publish(send.message(), waiting, tries, true);
        }
        CompletableFuture<?> done;
        if (followUp instanceof FollowUp.Store store) {
            done = results.sendFor(store.taskId(), store.replyTo(), store.record());
        } else if (followUp instanceof FollowUp.ChordPart part) {
            done = chords.count(part, each -> ofBody(each, waiting, tries), each -> one(each, waiting, tries));
        } else if (followUp instanceof FollowUp.Call call) {
            done = errbacks.call(call);
        } else {
            done = chords.prepare(followUp);
        }
        return done.thenAccept(confirmed -> events.followUp());
    }

    /** A chord has its own answer to a body that the broker cannot take. */
    private CompletableFuture<?> ofBody(FollowUp followUp, Waiting waiting, FollowUpTries tries) {
        return followUp instanceof FollowUp.Send send
                ? publish(send.message(), waiting, tries, false)
                : one(followUp, waiting, tries);
    }

    /** @param orEmpty whether a copy without a body is better than none, if the broker does not take it with its body */
    private CompletableFuture<?> publish(
            OutgoingMessage message, Waiting waiting, FollowUpTries tries, boolean orEmpty) {
        String queue = waiting.queue();
        return publisher
                .publish(message)
                .handle((confirmed, thrown) -> {
                    Throwable failure = causeOf(thrown);
                    if (failure == null) {
                        events.followUp();
                        return CompletableFuture.completedFuture(confirmed);
                    }
                    boolean hopeless = failure instanceof UnroutableException
                            || (orEmpty && failure instanceof UnsendableException);
                    if (hopeless && tries.unroutable(message) && queue != null) {
                        return setAside(message, queue, failure, orEmpty);
                    }
                    return CompletableFuture.failedFuture(failure);
                })
                .thenCompose(next -> next);
    }

    /** Kept for a person, who can send it again: the task is done, and would hold a place in its worker for ever. */
    private CompletableFuture<?> setAside(OutgoingMessage message, String queue, Throwable why, boolean orEmpty) {
        return publisher
                .publish(setAside.copy(message, queue, why))
                .handle((confirmed, thrown) -> {
                    Throwable failure = causeOf(thrown);
                    if (orEmpty && failure instanceof UnsendableException excess) {
                        return publisher.publish(setAside.withoutBody(message, queue, why, excess));
                    }
                    return failure == null
                            ? CompletableFuture.completedFuture(confirmed)
                            : CompletableFuture.<Void>failedFuture(failure);
                })
                .thenCompose(copied -> copied)
                .thenAccept(confirmed -> {
                    events.followUpSetAside(SettlementReason.FOLLOW_UP_UNROUTABLE);
                    LOG.error(
                            "a follow-up of a task of queue {} cannot be sent after {} tries ({}): it is in {}.dead",
                            queue,
                            FollowUpTries.MOST_UNROUTABLE,
                            why.getMessage(),
                            queue);
                });
    }

    private static @Nullable Throwable causeOf(@Nullable Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
