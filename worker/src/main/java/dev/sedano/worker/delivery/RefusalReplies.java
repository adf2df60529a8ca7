package dev.sedano.worker.delivery;

import dev.sedano.worker.canvas.FollowUp;
import dev.sedano.worker.protocol.TaskMessage;
import dev.sedano.worker.result.ResultRecord;
import dev.sedano.worker.result.Results;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells those who wait for a task that it fails without having run. If the channel goes first, the next copy does it. Thread-safe. */
final class RefusalReplies {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalReplies.class);

    private final Results results;
    private final Repetition repetition;
    private final Endings endings;
    private final FollowUpRun followUps;

    RefusalReplies(Results results, Repetition repetition, Endings endings, FollowUpRun followUps) {
        this.results = results;
        this.repetition = repetition;
        this.endings = endings;
        this.followUps = followUps;
    }

    /** Gives its caller a result that no completion of its own carries. */
    CompletableFuture<Boolean> toCaller(Delivery delivery, TaskMessage message, ResultRecord failure) {
        return repetition.untilDone(
                () -> results.send(message, failure.json()),
                () -> delivery.channel().isOpen());
    }

    /** The caller; and the chord that waits for it, the rest of its chain and its errbacks, as after any failure. */
    CompletableFuture<Boolean> toAll(Delivery delivery, TaskMessage message, ResultRecord failure) {
        return toCaller(delivery, message, failure)
                .thenCombine(
                        followUps.all(whatFollows(message, failure), FollowUpRun.Waiting.on(delivery)),
                        Boolean::logicalAnd);
    }

    private List<FollowUp> whatFollows(TaskMessage message, ResultRecord failure) {
        try {
            return endings.afterFailure(message, failure);
        } catch (RuntimeException e) {
            return whatCanFollow(message, failure);
        }
    }

    /** Whoever can be told is told, even if others cannot be called: the chord, each step of the chain, the errbacks. */
    private List<FollowUp> whatCanFollow(TaskMessage message, ResultRecord failure) {
        TaskMessage.Embed embed = message.embed();
        List<TaskMessage.Embed> pieces = new ArrayList<>();
        pieces.add(new TaskMessage.Embed(List.of(), List.of(), List.of(), embed.chord()));
        for (Object step : embed.chain()) {
            pieces.add(new TaskMessage.Embed(List.of(), List.of(), Collections.singletonList(step), null));
        }
        pieces.add(new TaskMessage.Embed(List.of(), embed.errbacks(), List.of(), null));
        List<FollowUp> all = new ArrayList<>();
        for (TaskMessage.Embed piece : pieces) {
            try {
                all.addAll(endings.afterFailure(message.followedBy(piece), failure));
            } catch (RuntimeException e) {
                LOG.error(
                        "not all that follows task {} id {}, which is refused, can be called",
                        message.task(),
                        message.id(),
                        e);
            }
        }
        return all;
    }
}
