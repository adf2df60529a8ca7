package dev.sedano.worker.delivery;

import dev.sedano.worker.canvas.MalformedFollowUps;
import dev.sedano.worker.idempotency.Admission;
import dev.sedano.worker.protocol.TaskMessage;
import dev.sedano.worker.result.ResultEncoder;
import dev.sedano.worker.result.ResultRecord;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of a delivery whose handler must not run (now): answered, held, blocked or set aside. Thread-safe. */
final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    private final InFlight inFlight;
    private final HoldingArea holding;
    private final Settling settling;
    private final Duplicates duplicates;
    private final ResultEncoder encoder;
    private final RefusalReplies replies;
    private final PipelineEvents events;
    private final Oversight oversight;
    private final UnknownTaskPolicy unknownTasks;
    private final RandomGenerator random;

    Refusals(
            InFlight inFlight,
            HoldingArea holding,
            Settling settling,
            Duplicates duplicates,
            ResultEncoder encoder,
            RefusalReplies replies,
            PipelineEvents events,
            Oversight oversight,
            UnknownTaskPolicy unknownTasks,
            RandomGenerator random) {
        this.inFlight = inFlight;
        this.holding = holding;
        this.settling = settling;
        this.duplicates = duplicates;
        this.encoder = encoder;
        this.replies = replies;
        this.events = events;
        this.oversight = oversight;
        this.unknownTasks = unknownTasks;
        this.random = random;
    }

    /**
     * Nobody here knows the task: another worker may; else its caller gets FAILURE.
     *
     * @param task what is not known: the message's own task, or one that this calls
     */
    void unknownTask(Delivery delivery, TaskMessage message, String task) {
        if (unknownTasks.handsOn(delivery)) {
            settling.finish(
                    delivery,
                    "unknown",
                    new Settlement.Wait(
                            SettlementReason.UNKNOWN_TASK, unknownTasks.nextDelay(delivery.properties(), random)));
            return;
        }
        oversight.unknown(message);
        settling.then(
                delivery,
                replies.toCaller(delivery, message, encoder.notRegistered(message, task)),
                sent -> settling.finish(delivery, "unknown", Settlements.unknownTask(task)));
    }

    /** What should follow it cannot be called: nothing is run, and its caller gets FAILURE, as from Celery. */
    void malformed(Delivery delivery, TaskMessage message, MalformedFollowUps why) {
        settling.then(
                delivery,
                replies.toAll(delivery, message, encoder.failure(message, why.exception(), why.argument(), why.what())),
                sent -> settling.finish(delivery, message.task(), Settlements.malformedFollowUps(why.what())));
    }

    /** Work in stage CLAIMING whose claim was not granted. */
    void refused(Work work, Admission admission) {
        try {
            answer(work, admission);
        } catch (RuntimeException e) {
            if (work.stage() != Work.Stage.STARTED) {
                throw e;
            }
            // Such as a stored result too deep to be passed on. Kept for a person: neither lost nor held for ever.
            LOG.error("task {} id {} cannot be answered without running it", work.handler.name(), work.message.id(), e);
            settling.finish(
                    work,
                    new Settlement.DeadLetter(
                            SettlementReason.DUPLICATE,
                            "it must not run, and what follows it cannot be sent: "
                                    + e.getClass().getName()));
        }
    }

    private void answer(Work work, Admission admission) {
        if (admission instanceof Admission.StoreUnavailable) {
            inFlight.block(work);
        } else if (admission instanceof Admission.HeldElsewhere held) {
            hold(work, held.retryAfter());
        } else if (work.move(Work.Stage.CLAIMING, Work.Stage.STARTED)) {
            if (admission instanceof Admission.AlreadyDone done) {
                settling.then(work, duplicates.answer(work, done.duplicate()), answer -> {
                    if (!areUnreadable(work, answer.left())) {
                        acknowledgeDuplicate(work, answer.kind());
                    }
                });
            } else if (admission instanceof Admission.Superseded superseded) {
                settling.then(work, duplicates.supersede(work, superseded.stale()), left -> {
                    if (!areUnreadable(work, left)) {
                        events.duplicate("stale_attempt");
                        settling.finish(work, new Settlement.Ack(SettlementReason.STALE_ATTEMPT));
                    }
                });
            } else if (admission instanceof Admission.Unfinished unfinished) {
                settling.then(work, duplicates.finish(work, unfinished.unfinished()), left -> {
                    if (left == FollowUpRun.Left.DONE) {
                        inFlight.claimAgain(work);
                    } else if (!areUnreadable(work, left)) {
                        settling.finish(work, new Settlement.Abandon(SettlementReason.CHANNEL_CLOSED));
                    }
                });
            } else if (admission instanceof Admission.Unclaimable unclaimable) {
                settling.then(
                        work,
                        replies.toAll(work.delivery, work.message, encoder.unclaimable(work.message)),
                        sent -> settling.finish(work, Settlements.unclaimable(unclaimable)));
            } else if (admission instanceof Admission.Conflicting conflict) {
                settling.then(
                        work,
                        conflict(work, conflict.withOtherTask()),
                        sent -> settling.finish(work, Settlements.conflict(work.message)));
            } else if (admission instanceof Admission.ForAPerson parked) {
                settling.finish(work, Settlements.parked(parked, Endings.keyDetails(work)));
            }
        }
    }

    /** An acknowledgement would lose them: the copy is kept for a person, and finishes them when it is run again. */
    private boolean areUnreadable(Work work, FollowUpRun.Left left) {
        if (left != FollowUpRun.Left.UNREADABLE) {
            return false;
        }
        events.followUpSetAside(SettlementReason.FOLLOW_UPS_UNREADABLE);
        settling.finish(work, Settlements.unreadableFollowUps());
        return true;
    }

    void acknowledgeDuplicate(Work work, String kind) {
        events.duplicate(kind);
        settling.finish(work, Settlements.duplicate(work.handler.duplicates()));
    }

    private void hold(Work work, Duration retryAfter) {
        if (holding.isFull()) {
            if (work.move(Work.Stage.CLAIMING, Work.Stage.STARTED)) {
                settling.finish(work, new Settlement.Wait(SettlementReason.HELD, retryAfter));
            }
        } else if (work.move(Work.Stage.CLAIMING, Work.Stage.HELD)) {
            holding.untilFree(work, retryAfter);
        }
    }

    /** For a copy of the task itself with other arguments, its first call decides what follows. */
    private CompletableFuture<Boolean> conflict(Work work, boolean withOtherTask) {
        ResultRecord conflict = encoder.conflict(work.message);
        return withOtherTask
                ? replies.toAll(work.delivery, work.message, conflict)
                : replies.toCaller(work.delivery, work.message, conflict);
    }
}
