package dev.sedano.worker.delivery;

import dev.sedano.worker.canvas.FollowUpList;
import dev.sedano.worker.canvas.FollowUps;
import dev.sedano.worker.canvas.MalformedFollowUps;
import dev.sedano.worker.handler.ArgumentConverter;
import dev.sedano.worker.handler.BoundHandler;
import dev.sedano.worker.handler.Handlers;
import dev.sedano.worker.idempotency.Admission;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.Lease;
import dev.sedano.worker.idempotency.PriorRun;
import dev.sedano.worker.idempotency.Recording;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.journal.Journal;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.Decoded;
import dev.sedano.worker.protocol.MessageDecoder;
import dev.sedano.worker.protocol.TaskMessage;
import dev.sedano.worker.result.ChordStore;
import dev.sedano.worker.result.ResultEncoder;
import dev.sedano.worker.result.Results;
import dev.sedano.worker.result.StoredResults;
import dev.sedano.worker.time.Ticker;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one delivery, from arrival to settlement. Read top to bottom:
 *
 * <pre>
 *   decode   delivery to task message            undecodable       dead letter
 *   resolve  task message to handler and key     unknown task      dead letter, FAILURE NotRegistered
 *                                                due much later    moved to the broker's delay queues
 *   admit    key to lease, asking the store      done before       ack, the caller gets the stored result
 *                                                runs elsewhere    held, asked again
 *                                                store in doubt    blocked, returned; never run
 *   run      handler under the lease             exception         an outcome like any other
 *   record   outcome to marker, then follow-ups  store in doubt    kept, repeated; never run again
 *   decide   outcome and record to settlement
 *   settle   once, by the delivery's channel
 * </pre>
 *
 * <p>No step blocks: the store answers on its own threads, which carry the delivery on. Thread-safe. The work that is
 * between two steps is known to {@link InFlight}, which takes it back when the store, the channel or the worker goes.
 */
public final class DeliveryPipeline {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryPipeline.class);

    /** A handler that always wants its message again is asked once a second, not in a hot loop. */
    private static final Duration REJECTED_FOR = Duration.ofSeconds(1);

    /** What the pipeline works with. */
    public record Collaborators(
            MessageDecoder decoder,
            Handlers handlers,
            ArgumentConverter converter,
            IdempotencyChecker checker,
            ResultEncoder encoder,
            StoredResults storedResults,
            Results results,
            FollowUps followUps,
            FollowUpList followUpList,
            @Nullable ChordStore chords,
            FollowUpPublisher publisher,
            CeleryJson json,
            HandlerSlots slots,
            Journal journal,
            PipelineEvents events,
            ScheduledExecutorService timer,
            Clock clock,
            Ticker ticker) {}

    private final MessageDecoder decoder;
    private final BuiltIns builtIns;
    private final Handlers handlers;
    private final IdempotencyChecker checker;
    private final HandlerRun handlerRun;
    private final Endings endings;
    private final HandlerSlots slots;
    private final PipelineEvents events;
    private final Oversight oversight;
    private final Ticker ticker;
    private final DueTime dueTime;
    private final WorkFactory workFactory;
    private final FollowUpRun followUpRun;
    private final Repetition repetition;
    private final Recorder recorder;
    private final ClaimAhead claimAhead;
    private final ReadyLine ready;
    private final MarkerHorizon horizon;
    private final HoldingArea holding;
    private final Pacer pacer;
    private final InFlight inFlight;
    private final Settling settling;
    private final Refusals refusals;

    public DeliveryPipeline(PipelineSettings settings, Collaborators with) {
        this(settings, with, Oversight.NONE);
    }

    public DeliveryPipeline(PipelineSettings settings, Collaborators with, Oversight oversight) {
        this(settings, with, oversight, new SecureRandom());
    }

    /** @param random for nonces and jitter; safe for use by many threads */
    DeliveryPipeline(PipelineSettings settings, Collaborators with, Oversight oversight, RandomGenerator random) {
        this.oversight = oversight;
        this.dueTime = new DueTime(with.clock(), settings.longestHold(), oversight);
        this.decoder = with.decoder();
        this.checker = with.checker();
        this.slots = with.slots();
        this.events = with.events();
        this.ticker = with.ticker();
        Nonces nonces = new Nonces(random);
        this.workFactory = new WorkFactory(settings, with.converter(), nonces);
        this.horizon = new MarkerHorizon(settings.retention(), with.events(), with.clock(), with.ticker());
        this.repetition = new Repetition(with.timer());
        FollowUps followUps =
                with.followUps().calling(with.handlers()::takesFailure).knowing(BuiltIns.known(with.handlers()));
        this.endings = new Endings(settings, with, followUps);
        ChordRun chords =
                new ChordRun(with.chords(), followUps, with.encoder(), with.storedResults(), repetition::after);
        this.builtIns = new BuiltIns(with.handlers(), with.converter(), followUps, chords);
        this.handlers = builtIns.handlers();
        this.followUpRun = new FollowUpRun(
                with.publisher(),
                with.results(),
                with.followUpList(),
                repetition,
                checker,
                events,
                chords,
                new UnroutableCopies(settings.node(), with.clock()),
                new ErrbackCalls(handlers, with.converter(), slots));
        this.recorder = new Recorder(settings, with, oversight, repetition, followUpRun);
        this.handlerRun = new HandlerRun(settings, with, followUps, oversight);
        long longestWait = settings.settleWithin().dividedBy(2).toNanos();
        this.claimAhead = new ClaimAhead(
                settings.slots(), this::admit, new WaitingLine(settings.caps(), ticker::nanos, longestWait));
        this.ready = new ReadyLine(ticker::nanos, longestWait);
        this.pacer = new Pacer(claimAhead::offer, this::place, checker, with.timer(), ticker);
        this.holding = new HoldingArea(settings.mostHeld(), with.timer(), this::place, random);
        this.inFlight = new InFlight(
                checker,
                claimAhead,
                holding,
                pacer,
                this::place,
                nonces,
                new HandlerPace(),
                ticker,
                with.timer(),
                settings.returnDelay());
        this.settling = new Settling(inFlight, oversight);
        this.refusals = new Refusals(
                inFlight,
                holding,
                settling,
                new Duplicates(with.results(), with.storedResults(), endings, followUpRun, repetition, checker),
                with.encoder(),
                new RefusalReplies(with.results(), repetition, endings, followUpRun),
                events,
                oversight,
                settings.unknownTasks(),
                random);
    }

    /** What is on its way; for outages, channel loss, shutdown and gauges. */
    public InFlight inFlight() {
        return inFlight;
    }

    /** Takes a delivery in. Called by the channel's dispatch thread, in order of arrival. Never throws. */
    public void accept(Delivery delivery) {
        try {
            decode(delivery);
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("delivery {} of queue {} could not be taken in: a defect", delivery.tag(), delivery.queue(), e);
            settling.finish(
                    delivery,
                    "unknown",
                    new Settlement.DeadLetter(
                            SettlementReason.MALFORMED_BODY,
                            "internal error " + e.getClass().getName()));
        } catch (Error e) { // of the process, not of the message; thrown on it would close the channel, again and again
            settling.comesAgain(delivery, e);
        }
    }

    private void decode(Delivery delivery) {
        Decoded decoded = decoder.decode(delivery.properties(), delivery.body());
        if (decoded instanceof Decoded.Undecodable bad) {
            settling.finish(delivery, "unknown", Settlements.undecodable(bad));
        } else if (decoded instanceof Decoded.Task task) {
            resolve(delivery, task.message().routedBy(delivery.routingKey()));
        }
    }

    private void resolve(Delivery delivery, TaskMessage message) {
        BoundHandler handler = handlers.find(message.task());
        if (handler == null) {
            refusals.unknownTask(delivery, message, message.task());
            return;
        }
        String called = builtIns.unknownTaskOf(message);
        if (called != null) {
            refusals.unknownTask(delivery, message, called);
            return;
        }
        boolean ignored = message.ignoreResult() == null && handler.ignoresResult();
        TaskMessage call = ignored ? message.ignoringResult() : message;
        MalformedFollowUps malformed = FollowUps.malformed(call.embed());
        if (malformed != null) {
            refusals.malformed(delivery, call, malformed);
        } else {
            take(workFactory.workOf(delivery, call, handler));
        }
    }

    private void take(Work work) {
        work.arrivedAt = ticker.nanos();
        horizon.look(work);
        if (inFlight.attach(work)) {
            return;
        }
        if (dueTime.isFar(work) && !inFlight.isDraining()) {
            // Not claimed, not kept, so neither the store nor an outage of it matters: whoever gets it back begins
            // anew.
            settling.finish(work, dueTime.delay(work));
            return;
        }
        if (!dueTime.isExpired(work)) { // as in Celery
            oversight.received(work);
        }
        ClaimReply.Duplicate known =
                work.handler.observes() || checker.breaker().allowsClaims() ? null : checker.remembered(work.claim);
        if (known != null && work.move(Work.Stage.WAITING, Work.Stage.STARTED)) {
            // Answered without the store, which has told its caller before.
            refusals.acknowledgeDuplicate(work, "same_id");
            return;
        }
        settling.guarded(work, () -> {
            inFlight.add(work);
            if (dueTime.mustNotRun(work) && checker.breaker().allowsClaims()) {
                endUnrun(work);
            } else {
                place(work);
            }
        });
    }

    /** What is expired or revoked when it arrives needs no slot, and its caller does not wait for one (as in Celery). */
    private void endUnrun(Work work) {
        if (work.move(Work.Stage.WAITING, Work.Stage.CLAIMING)) {
            settling.then(work, checker.admit(work.claim), admission -> {
                if (admission instanceof Admission.Run run && run.lease().priorRun() == PriorRun.NONE) {
                    endUnrun(work, run.lease());
                } else {
                    admitted(work, admission);
                }
            });
        }
    }

    private void endUnrun(Work work, Lease lease) {
        work.lease = lease;
        if (work.move(Work.Stage.CLAIMING, Work.Stage.STARTED)) {
            TaskOutcome outcome = dueTime.isExpired(work) ? new TaskOutcome.Expired() : new TaskOutcome.Revoked(false);
            ended(work, lease, outcome, ticker.nanos());
        } else {
            checker.giveBack(lease);
        }
    }

    /** Called for what arrives, whenever the wait of what is held is over, and after an outage of the store. */
    private void place(Work work) {
        Duration early = dueTime.early(work);
        if (early.isZero()) {
            if (checker.breaker().allowsClaims() || work.failsOpen()) {
                pacer.offer(work);
            } else {
                inFlight.block(work);
            }
        } else if (dueTime.isFar(work) || holding.isFull()) {
            if (work.move(Work.Stage.WAITING, Work.Stage.SETTLED)) {
                settling.finish(work, dueTime.delay(work));
            }
        } else if (work.move(Work.Stage.WAITING, Work.Stage.HELD)) {
            holding.untilDue(work, early);
        }
    }

    /** Called by {@link ClaimAhead} when a slot is free or about to be. */
    private void admit(Work work) {
        settling.guarded(
                work,
                () -> settling.then(work, pacer.mayRun(work), inTurn -> {
                    if (inTurn) {
                        settling.then(work, checker.admit(work.claim), admission -> admitted(work, admission));
                    } else {
                        claimAhead.notGranted(work);
                    }
                }));
    }

    private void admitted(Work work, Admission admission) {
        if (admission instanceof Admission.Run run) {
            start(work, run.lease());
            return;
        }
        if (work.handler.observes() || (work.failsOpen() && admission instanceof Admission.StoreUnavailable)) {
            if (work.handler.observes()) {
                events.observed(work.handler.name(), Settlements.refusal(admission));
            }
            start(work, checker.unprotected(work.claim));
            return;
        }
        try {
            refusals.refused(work, admission);
        } finally {
            claimAhead.notGranted(work);
        }
    }

    private void start(Work work, Lease lease) {
        work.lease = lease;
        if (work.move(Work.Stage.CLAIMING, Work.Stage.CLAIMED)) {
            ready.add(work);
            try {
                slots.execute(this::runNext);
            } catch (RuntimeException | Error refused) { // an Error where the process has no thread left to give
                Work without = ready.withdraw(work);
                if (without != null) {
                    settling.guarded(without, () -> {
                        throw refused;
                    });
                }
            }
        } else {
            checker.giveBack(lease);
            claimAhead.notGranted(work);
        }
    }

    /** There are as many calls of this as work that is ready. */
    private void runNext(HandlerSlots.Slot slot) {
        Work work = ready.next();
        if (work != null) {
            settling.guarded(work, () -> run(work, Objects.requireNonNull(work.lease), slot));
        }
    }

    private void run(Work work, Lease lease, HandlerSlots.Slot slot) {
        if (!work.move(Work.Stage.CLAIMED, Work.Stage.STARTED)) {
            claimAhead.notGranted(work);
            return;
        }
        long begin = ticker.nanos();
        if (!lease.mayStart(begin) || !handlerRun.isRecordedAsStarted(lease)) {
            // Paused for longer than the lease between claim and start: another worker may have run it meanwhile.
            checker.giveBack(lease);
            claimAhead.notGranted(work);
            inFlight.holdAgain(work);
            return;
        }
        inFlight.begins(work, begin);
        TaskOutcome outcome = handlerRun.outcomeOf(
                work,
                lease,
                late -> settling.guarded(work, () -> {
                    slot.leave();
                    ended(work, lease, late, begin);
                }));
        if (outcome != null) {
            ended(work, lease, outcome, begin);
        }
    }

    private void ended(Work work, Lease lease, TaskOutcome outcome, long begin) {
        long nanos = ticker.nanos() - begin;
        inFlight.ended(work, nanos);
        claimAhead.finished(work, nanos);
        if ((outcome instanceof TaskOutcome.Failed || outcome instanceof TaskOutcome.Unknowable)
                && inFlight.isCutShort()) {
            // Interrupted by our own end: the next copy runs it, announced as a rerun.
            settling.finish(work, new Settlement.Abandon(SettlementReason.SHUTDOWN));
            copiesOf(work, new Settlement.Abandon(SettlementReason.SHUTDOWN));
        } else if (outcome instanceof TaskOutcome.Disowned) {
            checker.letLapse(lease);
            inFlight.holdAgain(work);
        } else if (outcome instanceof TaskOutcome.Rejected rejected && rejected.requeue()) {
            checker.giveBack(lease);
            inFlight.holdCopiesAgain(work);
            settling.then(
                    work,
                    repetition.after(REJECTED_FOR),
                    waited -> settling.finish(work, new Settlement.Requeue(SettlementReason.REJECTED)));
        } else {
            Ending ending = endings.of(work, lease, outcome);
            settling.then(
                    work,
                    recorder.record(work, lease, ending, () -> returnUnrecorded(work)),
                    recording -> decide(work, ending, recording));
        }
    }

    /**
     * The broker would soon close the channel over this delivery, with all others on it. It is returned; recording goes on,
     * and so does the lease, which holds later copies until then.
     */
    private void returnUnrecorded(Work work) {
        if (work.move(Work.Stage.STARTED, Work.Stage.SETTLED)) {
            LOG.warn(
                    "task {} id {}: its outcome waits for the store for so long that its delivery is returned",
                    work.handler.name(),
                    work.message.id());
            settling.finish(work, new Settlement.Requeue(SettlementReason.UNRECORDED));
        }
    }

    /**
     * Does the follow-ups that an earlier worker recorded, or could only write to its journal, and tells the store. What
     * has nowhere to go is left to the next copy of the delivery after some minutes.
     *
     * @return true when all are done, false if they are left to the next copy of the delivery; never fails
     */
    public CompletableFuture<Boolean> finishFollowUps(byte[] kept, TaskKey key, long token) {
        return followUpRun
                .finishFor(kept, key, token, new FollowUpRun.Waiting(null, () -> true))
                .thenApply(left -> left == FollowUpRun.Left.DONE);
    }

    /** Finished handlers whose outcome is not recorded. */
    public int unrecorded() {
        return recorder.unrecorded();
    }

    /** Ends the waiting for the stores: what is not recorded by now is in the journal. */
    public void giveUpRecording() {
        recorder.giveUp();
    }

    private void decide(Work work, Ending ending, Recording recording) {
        boolean unsettled = work.move(Work.Stage.STARTED, Work.Stage.SETTLED);
        if (recording instanceof Recording.Recorded) {
            holding.completed(work.claim.key().record());
            if (work.unfinished) {
                inFlight.holdCopiesAgain(work); // as duplicates they finish what is left
            } else {
                Settlement settlement = Settlements.recorded(ending.outcome(), Endings.keyDetails(work));
                copiesOf(
                        work,
                        settlement instanceof Settlement.Ack
                                ? new Settlement.Ack(SettlementReason.ATTACHED)
                                : settlement);
            }
        } else if (recording instanceof Recording.LeaseLost) {
            LOG.warn(
                    "task {} id {}: another owner took over, this result is dropped",
                    work.handler.name(),
                    work.message.id());
        }
        if (!unsettled) {
            inFlight.holdCopiesAgain(work);
            return;
        }
        if (recording instanceof Recording.Recorded) {
            settling.finish(work, Settlements.recorded(ending.outcome(), Endings.keyDetails(work)));
        } else if (recording instanceof Recording.LeaseLost) {
            inFlight.holdAgain(work);
        } else if (recording instanceof Recording.Unrecorded) {
            settling.finish(work, new Settlement.Abandon(SettlementReason.UNRECORDED));
            copiesOf(work, new Settlement.Abandon(SettlementReason.UNRECORDED));
        }
    }

    /** Settles the copies that came while {@code work} ran, its first channel having gone. */
    private void copiesOf(Work work, Settlement settlement) {
        for (Work copy : work.detach()) {
            if (copy.move(Work.Stage.ATTACHED, Work.Stage.STARTED)) {
                settling.finish(copy, settlement);
            }
        }
    }
}
