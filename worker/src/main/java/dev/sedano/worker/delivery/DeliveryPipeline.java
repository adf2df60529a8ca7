package dev.sedano.worker.delivery;

import dev.sedano.worker.canvas.FollowUpList;
import dev.sedano.worker.canvas.FollowUps;
import dev.sedano.worker.handler.ArgumentConverter;
import dev.sedano.worker.handler.BoundHandler;
import dev.sedano.worker.handler.Handlers;
import dev.sedano.worker.idempotency.Admission;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.Lease;
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
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
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
    private final Handlers handlers;
    private final IdempotencyChecker checker;
    private final ResultEncoder encoder;
    private final Duplicates duplicates;
    private final HandlerRun handlerRun;
    private final Endings endings;
    private final Results results;
    private final HandlerSlots slots;
    private final PipelineEvents events;
    private final Clock clock;
    private final Ticker ticker;
    private final Duration longestHold;
    private final WorkFactory workFactory;
    private final Repetition repetition;
    private final FollowUpRun followUpRun;
    private final Recorder recorder;
    private final ClaimAhead claimAhead;
    private final MarkerHorizon horizon;
    private final HoldingArea holding;
    private final InFlight inFlight;

    public DeliveryPipeline(PipelineSettings settings, Collaborators with) {
        this(settings, with, new SecureRandom());
    }

    /** @param random for nonces and jitter; safe for use by many threads */
    DeliveryPipeline(PipelineSettings settings, Collaborators with, RandomGenerator random) {
        this.longestHold = settings.longestHold();
        this.decoder = with.decoder();
        this.checker = with.checker();
        this.encoder = with.encoder();
        this.results = with.results();
        this.slots = with.slots();
        this.events = with.events();
        this.clock = with.clock();
        this.ticker = with.ticker();
        Nonces nonces = new Nonces(random);
        this.workFactory = new WorkFactory(settings, with.converter(), nonces);
        this.horizon = new MarkerHorizon(settings.retention(), with.events(), with.clock(), with.ticker());
        this.repetition = new Repetition(with.timer());
        FollowUps followUps = with.followUps().calling(with.handlers()::takesFailure);
        this.endings = new Endings(
                settings,
                checker,
                encoder,
                with.storedResults(),
                results,
                followUps,
                with.followUpList(),
                clock);
        ChordRun chords = new ChordRun(with.chords(), followUps, encoder, with.storedResults(), with.json());
        this.handlers = BuiltIns.with(with.handlers(), with.converter(), followUps, chords);
        this.followUpRun = new FollowUpRun(
                with.publisher(),
                results,
                with.followUpList(),
                repetition,
                checker,
                events,
                chords,
                new ErrbackCalls(handlers, with.converter(), slots));
        this.recorder = new Recorder(settings, with, repetition, followUpRun);
        this.duplicates = new Duplicates(results, with.storedResults(), endings, followUpRun, repetition, checker);
        this.handlerRun = new HandlerRun(checker, with.json(), with.converter(), events, clock, ticker);
        this.claimAhead = new ClaimAhead(settings.slots(), this::admit);
        this.holding = new HoldingArea(settings.mostHeld(), with.timer(), claimAhead::offer, random);
        this.inFlight =
                new InFlight(checker, claimAhead, holding, this::place, nonces, with.timer(), settings.returnDelay());
    }

    /** What is on its way; for outages, channel loss, shutdown and gauges. */
    public InFlight inFlight() {
        return inFlight;
    }

    /** Takes a delivery in. Called by the channel's dispatch thread, in order of arrival. Never throws. */
    public void accept(Delivery delivery) {
        try {
            decode(delivery);
        } catch (RuntimeException e) {
            LOG.error("delivery {} of queue {} could not be taken in: a defect", delivery.tag(), delivery.queue(), e);
            settle(
                    delivery,
                    "unknown",
                    new Settlement.DeadLetter(
                            SettlementReason.MALFORMED_BODY,
                            "internal error " + e.getClass().getName()));
        }
    }

    private void decode(Delivery delivery) {
        Decoded decoded = decoder.decode(delivery.properties(), delivery.body());
        if (decoded instanceof Decoded.Undecodable bad) {
            settle(delivery, "unknown", Settlements.undecodable(bad));
        } else if (decoded instanceof Decoded.Task task) {
            resolve(delivery, task.message());
        }
    }

    private void resolve(Delivery delivery, TaskMessage message) {
        BoundHandler handler = handlers.find(message.task());
        if (handler == null) {
            then(
                    send(delivery, message, encoder.notRegistered(message).json()),
                    sent -> settle(delivery, "unknown", Settlements.unknownTask(message)));
            return;
        }
        String malformed = FollowUps.malformed(message.embed());
        if (malformed != null) {
            settle(delivery, message.task(), Settlements.malformedFollowUps(malformed));
        } else {
            take(workFactory.workOf(delivery, message, handler));
        }
    }

    private void take(Work work) {
        work.arrivedAt = ticker.nanos();
        horizon.look(work);
        if (inFlight.attach(work)) {
            return;
        }
        ClaimReply.Duplicate known =
                work.handler.observes() || checker.breaker().allowsClaims() ? null : checker.remembered(work.claim);
        if (known != null && work.move(Work.Stage.WAITING, Work.Stage.STARTED)) {
            // Answered without the store, which has told its caller before.
            acknowledgeDuplicate(work, "same_id");
            return;
        }
        inFlight.add(work);
        place(work);
    }

    private void place(Work work) {
        Instant eta = work.message.eta();
        Duration early = eta == null ? Duration.ZERO : Duration.between(clock.instant(), eta);
        if (early.isZero() || early.isNegative()) {
            claimAhead.offer(work);
        } else if (early.compareTo(longestHold) > 0 || holding.isFull()) {
            finish(work, new Settlement.Wait(SettlementReason.NOT_DUE, early));
        } else if (work.move(Work.Stage.WAITING, Work.Stage.HELD)) {
            holding.untilDue(work, early);
        }
    }

    /** Called by {@link ClaimAhead} when a slot is free or about to be. */
    private void admit(Work work) {
        then(checker.admit(work.claim), admission -> admitted(work, admission));
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
            refused(work, admission);
        } catch (RuntimeException e) {
            if (work.stage() != Work.Stage.STARTED) {
                throw e;
            }
            // Such as a stored result too deep to be passed on. Kept for a person: neither lost nor held for ever.
            LOG.error("task {} id {} cannot be answered without running it", work.handler.name(), work.message.id(), e);
            finish(
                    work,
                    new Settlement.DeadLetter(
                            SettlementReason.DUPLICATE,
                            "it must not run, and what follows it cannot be sent: "
                                    + e.getClass().getName()));
        } finally {
            claimAhead.notGranted();
        }
    }

    private void start(Work work, Lease lease) {
        work.lease = lease;
        if (work.move(Work.Stage.CLAIMING, Work.Stage.CLAIMED)) {
            slots.execute(() -> run(work, lease));
        } else {
            checker.giveBack(lease);
            claimAhead.notGranted();
        }
    }

    private void refused(Work work, Admission admission) {
        if (admission instanceof Admission.StoreUnavailable) {
            inFlight.block(work);
        } else if (admission instanceof Admission.HeldElsewhere held) {
            hold(work, held.retryAfter());
        } else if (work.move(Work.Stage.CLAIMING, Work.Stage.STARTED)) {
            if (admission instanceof Admission.AlreadyDone done) {
                then(duplicates.answer(work, done.duplicate()), kind -> acknowledgeDuplicate(work, kind));
            } else if (admission instanceof Admission.Superseded superseded) {
                then(duplicates.supersede(work, superseded.stale()), followed -> {
                    events.duplicate("stale_attempt");
                    finish(work, new Settlement.Ack(SettlementReason.STALE_ATTEMPT));
                });
            } else if (admission instanceof Admission.Unfinished unfinished) {
                then(duplicates.finish(work, unfinished.unfinished()), published -> {
                    if (published) {
                        inFlight.claimAgain(work);
                    } else {
                        finish(work, new Settlement.Abandon(SettlementReason.CHANNEL_CLOSED));
                    }
                });
            } else if (admission instanceof Admission.Unclaimable unclaimable) {
                byte[] record = encoder.unclaimable(work.message).json();
                then(
                        send(work.delivery, work.message, record),
                        sent -> finish(work, Settlements.unclaimable(unclaimable)));
            } else if (admission instanceof Admission.Conflicting) {
                byte[] record = encoder.conflict(work.message).json();
                then(
                        send(work.delivery, work.message, record),
                        sent -> finish(work, Settlements.conflict(work.message)));
            } else if (admission instanceof Admission.ForAPerson parked) {
                finish(work, Settlements.parked(parked, Endings.keyDetails(work)));
            }
        }
    }

    private void acknowledgeDuplicate(Work work, String kind) {
        events.duplicate(kind);
        finish(work, Settlements.duplicate(work.handler.duplicates()));
    }

    private void hold(Work work, Duration retryAfter) {
        if (holding.isFull()) {
            if (work.move(Work.Stage.CLAIMING, Work.Stage.STARTED)) {
                finish(work, new Settlement.Wait(SettlementReason.HELD, retryAfter));
            }
        } else if (work.move(Work.Stage.CLAIMING, Work.Stage.HELD)) {
            holding.untilFree(work, retryAfter);
        }
    }

    private void run(Work work, Lease lease) {
        if (!work.move(Work.Stage.CLAIMED, Work.Stage.STARTED)) {
            claimAhead.notGranted();
            return;
        }
        long begin = ticker.nanos();
        if (!lease.mayStart(begin) || !handlerRun.isRecordedAsStarted(lease)) {
            // Paused for longer than the lease between claim and start: another worker may have run it meanwhile.
            checker.giveBack(lease);
            claimAhead.notGranted();
            inFlight.holdAgain(work);
            return;
        }
        TaskOutcome outcome = handlerRun.outcomeOf(work, lease);
        claimAhead.finished(ticker.nanos() - begin);
        if ((outcome instanceof TaskOutcome.Failed || outcome instanceof TaskOutcome.Unknowable)
                && inFlight.isCutShort()) {
            // Interrupted by our own end: the next copy runs it, announced as a rerun.
            finish(work, new Settlement.Abandon(SettlementReason.SHUTDOWN));
            copiesOf(work, new Settlement.Abandon(SettlementReason.SHUTDOWN));
        } else if (outcome instanceof TaskOutcome.Disowned) {
            checker.letLapse(lease);
            inFlight.holdAgain(work);
        } else {
            Ending ending = endings.of(work, lease, outcome);
            then(
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
            finish(work, new Settlement.Requeue(SettlementReason.UNRECORDED));
        }
    }

    /**
     * Does the follow-ups that an earlier worker recorded, or could only write to its journal, and tells the store.
     *
     * @return when all are done; never fails
     */
    public CompletableFuture<Boolean> finishFollowUps(byte[] kept, TaskKey key, long token) {
        return followUpRun.finishFor(kept, key, token, () -> true);
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
            finish(work, Settlements.recorded(ending.outcome(), Endings.keyDetails(work)));
        } else if (recording instanceof Recording.LeaseLost) {
            inFlight.holdAgain(work);
        } else if (recording instanceof Recording.Unrecorded) {
            finish(work, new Settlement.Abandon(SettlementReason.UNRECORDED));
            copiesOf(work, new Settlement.Abandon(SettlementReason.UNRECORDED));
        }
    }

    /** Settles the copies that came while {@code work} ran, its first channel having gone. */
    private void copiesOf(Work work, Settlement settlement) {
        for (Work copy : work.detach()) {
            if (copy.move(Work.Stage.ATTACHED, Work.Stage.STARTED)) {
                finish(copy, settlement);
            }
        }
    }

    /** Gives a caller a result that no completion of its own carries. If the channel goes first, the next copy does it. */
    private CompletableFuture<Boolean> send(Delivery delivery, TaskMessage message, byte[] record) {
        return repetition.untilDone(
                () -> results.send(message, record), () -> delivery.channel().isOpen());
    }

    private void finish(Work work, Settlement settlement) {
        inFlight.remove(work);
        settle(work.delivery, work.handler.name(), settlement);
    }

    private static void settle(Delivery delivery, String task, Settlement settlement) {
        delivery.channel().settle(delivery, task, settlement);
    }

    /** Goes on with what {@code future}, which never fails, brings. A defect there must be seen, not swallowed. */
    private static <T> void then(CompletableFuture<T> future, Consumer<T> next) {
        future.thenAccept(next).exceptionally(defect -> {
            LOG.error("a defect: a delivery stays unsettled until its channel closes", defect);
            return null;
        });
    }
}
