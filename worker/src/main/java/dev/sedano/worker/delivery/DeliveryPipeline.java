package dev.sedano.worker.delivery;

import dev.sedano.worker.handler.ArgumentConverter;
import dev.sedano.worker.handler.BoundHandler;
import dev.sedano.worker.handler.Handlers;
import dev.sedano.worker.idempotency.Admission;
import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.Lease;
import dev.sedano.worker.idempotency.Recording;
import dev.sedano.worker.protocol.Decoded;
import dev.sedano.worker.protocol.MessageDecoder;
import dev.sedano.worker.protocol.TaskMessage;
import dev.sedano.worker.result.ResultEncoder;
import dev.sedano.worker.result.ResultRecord;
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
import org.slf4j.MDC;

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
 *   record   outcome to completion marker        store in doubt    kept, repeated; never run again
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
            HandlerSlots slots,
            UnrecordedOutcomes unrecorded,
            PipelineEvents events,
            ScheduledExecutorService timer,
            Clock clock,
            Ticker ticker) {}

    private final MessageDecoder decoder;
    private final Handlers handlers;
    private final IdempotencyChecker checker;
    private final ResultEncoder encoder;
    private final StoredResults storedResults;
    private final Results results;
    private final HandlerSlots slots;
    private final UnrecordedOutcomes unrecorded;
    private final PipelineEvents events;
    private final Clock clock;
    private final Ticker ticker;
    private final Duration longestHold;
    private final WorkFactory workFactory;
    private final Repetition repetition;
    private final Recorder recorder;
    private final ClaimAhead claimAhead;
    private final HoldingArea holding;
    private final InFlight inFlight;

    public DeliveryPipeline(PipelineSettings settings, Collaborators with) {
        this(settings, with, new SecureRandom());
    }

    /** @param random for nonces and jitter; safe for use by many threads */
    DeliveryPipeline(PipelineSettings settings, Collaborators with, RandomGenerator random) {
        this.longestHold = settings.longestHold();
        this.decoder = with.decoder();
        this.handlers = with.handlers();
        this.checker = with.checker();
        this.encoder = with.encoder();
        this.storedResults = with.storedResults();
        this.results = with.results();
        this.slots = with.slots();
        this.unrecorded = with.unrecorded();
        this.events = with.events();
        this.clock = with.clock();
        this.ticker = with.ticker();
        Nonces nonces = new Nonces(random);
        this.workFactory = new WorkFactory(settings, with.converter(), nonces);
        this.repetition = new Repetition(with.timer());
        this.recorder = new Recorder(checker, results, repetition, settings.retention());
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
        } else if (!message.embed().isEmpty()) {
            settle(delivery, message.task(), Settlements.unsupportedFollowUps());
        } else {
            take(workFactory.workOf(delivery, message, handler));
        }
    }

    private void take(Work work) {
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
            work.lease = run.lease();
            if (work.move(Work.Stage.CLAIMING, Work.Stage.CLAIMED)) {
                slots.execute(() -> run(work, run.lease()));
            } else {
                checker.giveBack(run.lease());
                claimAhead.notGranted();
            }
            return;
        }
        try {
            refused(work, admission);
        } finally {
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
                duplicate(work, done);
            } else if (admission instanceof Admission.Superseded) {
                events.duplicate("stale_attempt");
                finish(work, new Settlement.Ack(SettlementReason.STALE_ATTEMPT));
            } else if (admission instanceof Admission.Conflicting) {
                byte[] record = encoder.conflict(work.message).json();
                then(
                        send(work.delivery, work.message, record),
                        sent -> finish(work, Settlements.conflict(work.message)));
            } else if (admission instanceof Admission.ForAPerson parked) {
                finish(work, Settlements.parked(parked.storeLostData()));
            }
        }
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

    private void duplicate(Work work, Admission.AlreadyDone done) {
        String firstId = done.duplicate().firstId();
        boolean sameId = firstId.equals(work.message.id());
        LOG.info("duplicate of task {}: id {} was completed as id {}", work.handler.name(), work.message.id(), firstId);
        byte[] stored = recordFor(work.message, sameId, done.duplicate().storedResult());
        CompletableFuture<Boolean> told =
                stored == null ? CompletableFuture.completedFuture(true) : send(work.delivery, work.message, stored);
        then(told, sent -> {
            events.duplicate(sameId ? "same_id" : "other_id");
            finish(work, new Settlement.Ack(SettlementReason.DUPLICATE));
        });
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

    private void run(Work work, Lease lease) {
        if (!work.move(Work.Stage.CLAIMED, Work.Stage.STARTED)) {
            claimAhead.notGranted();
            return;
        }
        long begin = ticker.nanos();
        if (!lease.mayStart(begin)) {
            // Paused for longer than the lease between claim and start: another worker may have run it meanwhile.
            checker.giveBack(lease);
            claimAhead.notGranted();
            inFlight.holdAgain(work);
            return;
        }
        TaskOutcome outcome = outcomeOf(work, lease);
        claimAhead.finished(ticker.nanos() - begin);
        if (outcome instanceof TaskOutcome.Failed && inFlight.isCutShort()) {
            // Interrupted by our own end: the next copy runs it, announced as a rerun.
            finish(work, new Settlement.Abandon(SettlementReason.SHUTDOWN));
            return;
        }
        record(work, lease, outcome, encode(work.message, outcome));
    }

    private TaskOutcome outcomeOf(Work work, Lease lease) {
        Instant expires = work.message.expires();
        if (expires != null && clock.instant().isAfter(expires)) {
            return new TaskOutcome.Expired();
        }
        if (work.noKey != null) {
            return new TaskOutcome.Failed(work.noKey);
        }
        events.handlerStarted(work.handler.name());
        long begin = ticker.nanos();
        MDC.put("task_id", work.message.id());
        MDC.put("task", work.handler.name());
        try {
            RunContext context = new RunContext(work.message, lease, checker);
            return new TaskOutcome.Succeeded(work.handler.invoke(lease, context, work.call));
        } catch (Throwable failure) { // an Error of a handler is its outcome too: it must not kill the slot
            LOG.warn(
                    "task {} failed with {}",
                    work.handler.name(),
                    failure.getClass().getName());
            return new TaskOutcome.Failed(failure);
        } finally {
            MDC.clear();
            events.handlerEnded(work.handler.name(), ticker.nanos() - begin);
        }
    }

    private ResultRecord encode(TaskMessage message, TaskOutcome outcome) {
        try {
            if (outcome instanceof TaskOutcome.Succeeded succeeded) {
                return encoder.success(message, succeeded.value());
            } else if (outcome instanceof TaskOutcome.Failed failed) {
                return encoder.failure(message, failed.cause());
            }
            return encoder.expired(message);
        } catch (
                Throwable defect) { // values and exceptions are the handler's: whatever their methods throw, it has run
            LOG.error("the outcome of task {} cannot be encoded", message.task(), defect);
            return encoder.failure(
                    message,
                    new IllegalStateException("the outcome cannot be encoded: "
                            + defect.getClass().getName()));
        }
    }

    private void record(Work work, Lease lease, TaskOutcome outcome, ResultRecord result) {
        then(recorder.record(work, lease, result), recording -> decide(work, outcome, recording));
    }

    /** Finished handlers whose outcome is not recorded. */
    public int unrecorded() {
        return recorder.unrecorded();
    }

    /** Ends the waiting for the stores: what is not recorded by now is kept in the state folder. */
    public void giveUpRecording() {
        recorder.giveUp();
    }

    private void decide(Work work, TaskOutcome outcome, Recording recording) {
        if (recording instanceof Recording.Recorded) {
            holding.completed(work.claim.key().record());
            finish(work, Settlements.recorded(outcome));
        } else if (recording instanceof Recording.LeaseLost) {
            LOG.warn(
                    "task {} id {}: another owner took over, this result is dropped",
                    work.handler.name(),
                    work.message.id());
            inFlight.holdAgain(work);
        } else if (recording instanceof Recording.Unrecorded lost) {
            unrecorded.keep(lost.completion());
            finish(work, new Settlement.Abandon(SettlementReason.UNRECORDED));
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
