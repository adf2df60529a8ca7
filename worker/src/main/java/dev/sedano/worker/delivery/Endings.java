package dev.sedano.worker.delivery;

import dev.sedano.task.Canvas;
import dev.sedano.worker.canvas.CanvasMaps;
import dev.sedano.worker.canvas.FollowUp;
import dev.sedano.worker.canvas.FollowUpList;
import dev.sedano.worker.canvas.FollowUps;
import dev.sedano.worker.canvas.ImproperlyConfiguredException;
import dev.sedano.worker.canvas.OutgoingMessage;
import dev.sedano.worker.canvas.UnsendableException;
import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.Lease;
import dev.sedano.worker.protocol.EncodingException;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.protocol.TaskMessage;
import dev.sedano.worker.result.ResultEncoder;
import dev.sedano.worker.result.ResultRecord;
import dev.sedano.worker.result.ResultState;
import dev.sedano.worker.result.Results;
import dev.sedano.worker.result.StoredResults;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the outcome of a run to everything it leads to: result, follow-ups with their ids, and what the store is told
 * (PROTOCOL §4, FINISH). Nothing is done here. Thread-safe.
 */
final class Endings {
    /** The last of Celery's delay queues in which a message waited decides from which exchange it comes. */
    private static final Pattern OF_DELAY_QUEUES = Pattern.compile("(.*_)?celery_delayed_(delivery|\\d+)");

    private static final Logger LOG = LoggerFactory.getLogger(Endings.class);

    /** Celery's state of a run without a result. */
    private static final String IGNORED = "IGNORED";

    private final IdempotencyChecker checker;
    private final ResultEncoder encoder;
    private final StoredResults storedResults;
    private final Results results;
    private final FollowUps followUps;
    private final FollowUpList lists;
    private final PipelineSettings settings;
    private final Clock clock;

    /** @param followUps those that know which tasks take a failure */
    Endings(PipelineSettings settings, DeliveryPipeline.Collaborators with, FollowUps followUps) {
        this.settings = settings;
        this.checker = with.checker();
        this.encoder = with.encoder();
        this.storedResults = with.storedResults();
        this.results = with.results();
        this.followUps = followUps;
        this.lists = with.followUpList();
        this.clock = with.clock();
    }

    /** Never throws: values and exceptions are the handler's, and whatever their methods throw, it has run. */
    Ending of(Work work, Lease lease, TaskOutcome outcome) {
        try {
            return decided(work, lease, outcome);
        } catch (Throwable defect) {
            LOG.error("the outcome of task {} cannot be encoded", work.message.task(), defect);
            Exception failure = new IllegalStateException("the outcome cannot be encoded: "
                    + (defect instanceof UnsendableException
                            ? defect.getMessage()
                            : defect.getClass().getName()));
            return unencodable(work, lease, failure);
        }
    }

    /** With the errbacks and the steps that will never run, without those that cannot be encoded. */
    private Ending unencodable(Work work, Lease lease, Exception failure) {
        TaskOutcome outcome = new TaskOutcome.Failed(failure);
        ResultRecord result = encoder.failure(work.message, failure);
        try {
            List<FollowUp> all = afterFailure(work.message, result);
            return completed(
                    work,
                    lease,
                    outcome,
                    result,
                    all.stream().filter(this::isEncodable).toList(),
                    false);
        } catch (RuntimeException e) {
            LOG.error("what follows the failure of task {} cannot be encoded either", work.message.task(), e);
            return completed(work, lease, outcome, result, List.of(), false);
        }
    }

    /** Whoever can be told is told, even if an errback cannot be called. */
    private boolean isEncodable(FollowUp followUp) {
        try {
            lists.encode(List.of(followUp));
            return true;
        } catch (RuntimeException e) {
            LOG.error("a follow-up cannot be encoded, and is left out", e);
            return false;
        }
    }

    private Ending decided(Work work, Lease lease, TaskOutcome outcome) {
        TaskMessage message = work.message;
        if (outcome instanceof TaskOutcome.Succeeded succeeded) {
            Led led = succeeded.value() instanceof Led built ? built : new Led(succeeded.value(), FollowUps.Plan.NONE);
            FollowUps.Plan plan;
            try {
                plan = led.plan()
                        .with(succeeded.sent())
                        .with(added(work, succeeded.added()))
                        .with(followUps.afterSuccess(message, led.value(), inherited(work)));
            } catch (EncodingException e) {
                // If it is for the value, the task fails as it does when nothing follows.
                ResultRecord unencodable = encoder.success(message, led.value());
                if (unencodable.state() != ResultState.FAILURE) {
                    throw e;
                }
                return failed(work, lease, outcome, unencodable, false);
            }
            ResultRecord result = encoder.success(message, led.value(), plan.children());
            if (result.state() == ResultState.FAILURE) {
                return failed(work, lease, outcome, result, false);
            }
            return completed(work, lease, outcome, result, plan.followUps(), false);
        } else if (outcome instanceof TaskOutcome.Failed failed) {
            boolean frees = work.claim.key().explicit()
                    && work.handler.releasesOn(failed.cause())
                    && !work.isLeftBehind(); // its handler still runs: no other may
            return failed(work, lease, outcome, encoder.failure(message, failed.cause()), frees);
        } else if (outcome instanceof TaskOutcome.Poisonous poisonous) {
            return setAside(
                    work,
                    lease,
                    outcome,
                    encoder.workerLost(message, poisonous.crashes()),
                    copy(
                            work,
                            ".parked",
                            SettlementReason.POISON,
                            "its workers died " + poisonous.crashes() + " times while it ran"));
        } else if (outcome instanceof TaskOutcome.Rejected rejected) {
            return setAside(
                    work,
                    lease,
                    outcome,
                    encoder.rejected(message, rejected.reason()),
                    copy(work, ".dead", SettlementReason.REJECTED, rejected.reason()));
        } else if (outcome instanceof TaskOutcome.Ignored ignored) {
            List<FollowUp> sent = ignored.sent().followUps();
            byte[] list = sent.isEmpty() ? null : lists.encode(sent);
            return new Ending(
                    outcome, checker.completion(lease, retention(work), IGNORED, null, null, list, false), null, sent);
        } else if (outcome instanceof TaskOutcome.Retried retried) {
            boolean same = FollowUps.keepsPayload(message, retried.retry());
            return handedOff(
                    work,
                    lease,
                    outcome,
                    work.claim.attempt() + 1,
                    same ? work.claim.fingerprint() : "",
                    encoder.retry(message, retried.retry().cause()),
                    List.of(new FollowUp.Send(
                            followUps.retry(message, originOf(work.delivery), retried.retry(), keyHeaders(work)))));
        } else if (outcome instanceof TaskOutcome.Replaced replaced) {
            List<FollowUp> all = new ArrayList<>(
                    replaced.sent().with(added(work, replaced.added())).followUps());
            try {
                all.addAll(followUps.replacement(
                        message, originOf(work.delivery), CanvasMaps.of(replaced.replacement()), keyHeaders(work)));
            } catch (ImproperlyConfiguredException refused) {
                return failed(work, lease, new TaskOutcome.Failed(refused), encoder.failure(message, refused), false);
            }
            return handedOff(work, lease, outcome, ((long) message.nesting() + 1) << 20, "", null, all);
        } else if (outcome instanceof TaskOutcome.Unknowable) {
            return new Ending(outcome, checker.parking(lease), null, List.of());
        }
        if (outcome instanceof TaskOutcome.Revoked revoked) {
            String why = revoked.terminated() ? "terminated" : "revoked";
            // What never ran does not keep its explicit key from a later call.
            boolean frees = !revoked.terminated() && work.claim.key().explicit();
            return revoked(work, lease, outcome, encoder.revoked(message, why), frees);
        }
        return revoked(work, lease, outcome, encoder.expired(message), false);
    }

    /** What the handler added to the chord that its task is in. */
    private FollowUps.Plan added(Work work, List<Canvas> added) {
        return added.isEmpty()
                ? FollowUps.Plan.NONE
                : followUps.addToChord(
                        work.message, added.stream().map(CanvasMaps::of).toList(), inherited(work));
    }

    private @Nullable Integer inherited(Work work) {
        return followUps.inheritsPriority() ? work.delivery.properties().priority() : null;
    }

    private Ending revoked(Work work, Lease lease, TaskOutcome outcome, ResultRecord result, boolean frees) {
        return completed(work, lease, outcome, result, afterRevoke(work.message, result.json()), frees);
    }

    /** Errbacks and the rest of a chain hear nothing of it, as in Celery; a chord counts the part. */
    private List<FollowUp> afterRevoke(TaskMessage message, byte[] record) {
        return afterFailure(message, ResultState.REVOKED.name(), record).stream()
                .filter(each ->
                        each instanceof FollowUp.ChordPart part && part.taskId().equals(message.id()))
                .toList();
    }

    private Ending failed(Work work, Lease lease, TaskOutcome outcome, ResultRecord result, boolean frees) {
        return completed(work, lease, outcome, result, afterFailure(work.message, result), frees);
    }

    /** What follows a failure, or a task that gets one without having run. */
    List<FollowUp> afterFailure(TaskMessage message, ResultRecord result) {
        return afterFailure(message, result.state().name(), result.json());
    }

    private List<FollowUp> afterFailure(TaskMessage message, String state, byte[] record) {
        Object error = storedResults.valueOf(record);
        String traceback = storedResults.tracebackOf(record);
        return followUps
                .afterFailure(
                        message,
                        state,
                        error,
                        traceback,
                        never -> encoder.never(never, error, traceback).json())
                .followUps();
    }

    /** A failure of which a person gets the message: its copy is one of the follow-ups, so that no crash loses it. */
    private Ending setAside(Work work, Lease lease, TaskOutcome outcome, ResultRecord result, OutgoingMessage copy) {
        List<FollowUp> all =
                new ArrayList<>(failed(work, lease, outcome, result, false).followUps());
        all.add(new FollowUp.Send(copy));
        return completed(work, lease, outcome, result, all, false);
    }

    private Duration retention(Work work) {
        Duration ttl = work.handler.ttl();
        return ttl == null ? settings.retention() : ttl;
    }

    private Ending completed(
            Work work, Lease lease, TaskOutcome outcome, ResultRecord result, List<FollowUp> all, boolean frees) {
        boolean keepRecord = work.claim.key().explicit() || results.keepsRecords();
        IdempotencyStore.Completion completion = checker.completion(
                lease,
                retention(work),
                result.state().name(),
                results.withMarker(work.message, result.json()),
                keepRecord ? result.json() : null,
                all.isEmpty() ? null : lists.encode(all),
                frees);
        return new Ending(outcome, completion, result, all);
    }

    private Ending handedOff(
            Work work,
            Lease lease,
            TaskOutcome outcome,
            long next,
            String nextFingerprint,
            @Nullable ResultRecord result,
            List<FollowUp> all) {
        IdempotencyStore.HandOff handOff = checker.handOff(
                lease,
                next,
                nextFingerprint,
                result == null ? null : results.withMarker(work.message, result.json()),
                lists.encode(all));
        return new Ending(outcome, handOff, result, all);
    }

    /** What follows a duplicate with an id of its own: the workflow it is part of goes on with the stored outcome. */
    List<FollowUp> afterDuplicate(Work work, String outcome, byte[] record) {
        TaskMessage message = work.message;
        if (outcome.equals(ResultState.SUCCESS.name())) {
            return followUps
                    .afterSuccess(message, storedResults.valueOf(record), inherited(work))
                    .followUps();
        }
        return outcome.equals(ResultState.REVOKED.name())
                ? afterRevoke(message, record)
                : afterFailure(message, outcome, record);
    }

    /** The headers by which a later message of this work carries its explicit key. */
    static Map<String, Object> keyDetails(Work work) {
        Map<String, Object> headers = new LinkedHashMap<>();
        if (work.claim.key().explicit()) {
            headers.put(WorkFactory.KEY_HEADER, work.claim.key().key());
            headers.put(WorkFactory.SCOPE_HEADER, work.scope);
        }
        return headers;
    }

    private static Map<String, @Nullable Object> keyHeaders(Work work) {
        return new LinkedHashMap<>(keyDetails(work));
    }

    private OutgoingMessage copy(Work work, String suffix, SettlementReason reason, String why) {
        Delivery delivery = work.delivery;
        MessageProperties properties = delivery.properties();
        Map<String, @Nullable Object> headers =
                MoveHeaders.of(delivery, reason, why, keyDetails(work), settings.node(), clock.instant());
        return new OutgoingMessage(
                "",
                delivery.queue() + suffix,
                new MessageProperties(
                        properties.contentType(),
                        properties.contentEncoding(),
                        properties.correlationId(),
                        properties.replyTo(),
                        null,
                        properties.priority(),
                        headers),
                delivery.body());
    }

    private static FollowUps.Origin originOf(Delivery delivery) {
        // Through the exchange of Celery's delay queues a retry would also go to others that had no part in it.
        boolean delayed = OF_DELAY_QUEUES.matcher(delivery.exchange()).matches();
        return new FollowUps.Origin(
                delayed ? "" : delivery.exchange(),
                delivery.routingKey(),
                delivery.queue(),
                delivery.properties(),
                delivery.body());
    }
}
