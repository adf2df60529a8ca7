package dev.sedano.worker.delivery;

import dev.sedano.task.Canvas;
import dev.sedano.task.IgnoreException;
import dev.sedano.task.OutcomeVerifier;
import dev.sedano.task.RejectException;
import dev.sedano.task.ReplaceException;
import dev.sedano.task.Retry;
import dev.sedano.task.RetryException;
import dev.sedano.task.RetryRule;
import dev.sedano.task.RevokeException;
import dev.sedano.task.SoftTimeLimitExceededException;
import dev.sedano.task.StaleOwnerException;
import dev.sedano.task.StepOutcomeUnknownException;
import dev.sedano.task.Verification;
import dev.sedano.worker.canvas.FollowUps;
import dev.sedano.worker.canvas.RetryLimits;
import dev.sedano.worker.canvas.SentCalls;
import dev.sedano.worker.handler.ArgumentConverter;
import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.Lease;
import dev.sedano.worker.idempotency.PriorRun;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.time.Ticker;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Runs a handler under its lease, on the calling thread, and says how it ended. Thread-safe. */
final class HandlerRun {
    private static final Logger LOG = LoggerFactory.getLogger(HandlerRun.class);
    private static final long START_SECONDS = 2;

    private final IdempotencyChecker checker;
    private final CeleryJson json;
    private final ArgumentConverter converter;
    private final FollowUps followUps;
    private final RunRequests requests;
    private final RunStates states;
    private final PipelineEvents events;
    private final Oversight oversight;
    private final TimeLimits limits;
    private final Clock clock;
    private final Ticker ticker;

    HandlerRun(
            PipelineSettings settings, DeliveryPipeline.Collaborators with, FollowUps followUps, Oversight oversight) {
        this.checker = with.checker();
        this.json = with.json();
        this.converter = with.converter();
        this.followUps = followUps;
        this.requests = new RunRequests(settings.node());
        this.states = new RunStates(with.encoder(), with.results(), settings.node(), settings.trackStarted());
        this.events = with.events();
        this.oversight = oversight;
        this.limits = new TimeLimits(with.timer(), oversight);
        this.clock = with.clock();
        this.ticker = with.ticker();
    }

    /** Whether the start counts in the store, where it must: a crash from now on is then this work's own. */
    boolean isRecordedAsStarted(Lease lease) {
        try {
            return checker.starts(lease).get(START_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("the start could not be recorded: {}", e.toString());
            return false;
        }
    }

    /**
     * Runs it, or says why it does not run.
     *
     * @param left called on the timer's thread with the outcome of a handler that did not end at its hard limit
     * @return null if the outcome was told to {@code left}: the handler went on, and has ended now
     */
    @Nullable
    TaskOutcome outcomeOf(Work work, Lease lease, Consumer<TaskOutcome> left) {
        Instant expires = work.message.expires();
        if (expires != null && clock.instant().isAfter(expires)) {
            return new TaskOutcome.Expired();
        }
        if (work.noKey != null) {
            return new TaskOutcome.Failed(work.noKey);
        }
        if (lease.priorRun() == PriorRun.TOO_MANY_CRASHES) {
            LOG.error(
                    "task {} id {}: its workers died {} times while it ran, it is not run again",
                    work.handler.name(),
                    work.message.id(),
                    work.handler.maxCrashes());
            return new TaskOutcome.Poisonous(work.handler.maxCrashes());
        }
        TaskOutcome verified = verified(work, lease);
        if (verified != null) {
            return verified;
        }
        Run run = new Run(clock.instant());
        TaskOutcome outcome = invoke(work, lease, run, left);
        return run.isLeftBehind() ? null : outcome;
    }

    /** What a verifier says of an earlier run; null = run the handler. */
    private @Nullable TaskOutcome verified(Work work, Lease lease) {
        OutcomeVerifier verifier = work.handler.verifier();
        if (verifier == null || lease.priorRun() == PriorRun.NONE) {
            return null;
        }
        Verification found;
        try {
            found = verifier.verify(work.call, lease.key().key());
        } catch (Throwable failure) { // a verifier that fails knows nothing, whatever it throws
            LOG.warn(
                    "the verifier of task {} failed with {}",
                    work.handler.name(),
                    failure.getClass().getName());
            found = new Verification.Unknown();
        }
        if (found instanceof Verification.Done done) {
            LOG.info("task {} id {}: an earlier run had its effect", work.handler.name(), work.message.id());
            return new TaskOutcome.Succeeded(done.result());
        }
        return found instanceof Verification.NotDone
                ? null
                : new TaskOutcome.Unknowable("the verifier cannot tell whether an earlier run had its effect");
    }

    private TaskOutcome invoke(Work work, Lease lease, Run run, Consumer<TaskOutcome> left) {
        work.run = run;
        // Looked at when whoever revokes can already see that it runs: no moment between is missed.
        if (oversight.isRevoked(work)) {
            run.end(0);
            LOG.info("task {} id {}: revoked, it is not run", work.handler.name(), work.message.id());
            return new TaskOutcome.Revoked(false);
        }
        states.started(work.message);
        oversight.started(work);
        events.handlerStarted(work.handler.name());
        long begin = ticker.nanos();
        List<Canvas> added = new CopyOnWriteArrayList<>();
        SentCalls sent =
                followUps.calls(work.message, work.delivery.properties().priority());
        TimeLimits.Alarms alarms = limits.watch(work, run, seconds -> left.accept(leave(work, seconds)));
        MDC.put("task_id", work.message.id());
        MDC.put("task", work.handler.name());
        try {
            RunContext context = new RunContext(
                    work.message,
                    lease,
                    checker,
                    new RunSteps(lease, checker, json, converter),
                    requests.of(work),
                    states,
                    clock,
                    run,
                    added,
                    sent);
            Object value = work.handler.invoke(lease, context, work.call);
            return new TaskOutcome.Succeeded(value, added, sent.end());
        } catch (RetryException retry) {
            return retried(work, retry.retry());
        } catch (ReplaceException replaced) {
            return new TaskOutcome.Replaced(replaced.replacement(), added, sent.end());
        } catch (RejectException rejected) {
            LOG.info("task {} id {} rejects its message", work.handler.name(), work.message.id());
            return new TaskOutcome.Rejected(rejected.reason(), rejected.requeue());
        } catch (IgnoreException ignored) {
            return new TaskOutcome.Ignored(String.valueOf(ignored.getMessage()), sent.end());
        } catch (RevokeException revoked) {
            LOG.info("task {} id {} revokes itself: {}", work.handler.name(), work.message.id(), revoked.getMessage());
            return new TaskOutcome.Revoked(true);
        } catch (StaleOwnerException stale) {
            LOG.warn("task {} id {} stopped: {}", work.handler.name(), work.message.id(), stale.getMessage());
            TaskOutcome struck = struck(work, run, stale);
            return struck == null ? new TaskOutcome.Disowned() : struck;
        } catch (StepOutcomeUnknownException unknown) {
            return new TaskOutcome.Unknowable(String.valueOf(unknown.getMessage()));
        } catch (Throwable failure) { // an Error of a handler is its outcome too: it must not kill the slot
            TaskOutcome struck = struck(work, run, failure);
            return struck == null ? failed(work, failure) : struck;
        } finally {
            sent.end();
            alarms.close();
            run.end(ticker.nanos() - begin);
            MDC.clear();
            if (run.isLeftBehind()) {
                LOG.info("task {} id {}: its handler has ended at last", work.handler.name(), work.message.id());
                events.handlerLeftEnded(work.handler.name());
            } else {
                events.handlerEnded(work.handler.name(), ticker.nanos() - begin);
            }
        }
    }

    /** What came of a handler that was terminated or exceeded its limit, whoever owns its key by now; null = neither. */
    private @Nullable TaskOutcome struck(Work work, Run run, Throwable failure) {
        if (run.signal() != null) {
            LOG.info("task {} id {}: terminated", work.handler.name(), work.message.id());
            return new TaskOutcome.Revoked(true);
        }
        Double limit = run.limit();
        if (limit == null || !(failure instanceof StaleOwnerException || Interruption.ended(failure))) {
            return null; // thrown on purpose, if it was interrupted: its own outcome, as in Celery
        }
        LOG.warn("task {} id {}: exceeded its limit of {} s", work.handler.name(), work.message.id(), limit);
        return failed(work, new SoftTimeLimitExceededException(failure));
    }

    /** A thread cannot be ended from outside: its task fails, others get its slot, and it runs on without a say. */
    private TaskOutcome leave(Work work, double seconds) {
        LOG.error(
                "task {} id {}: did not end within its hard limit of {} s, and is left behind",
                work.handler.name(),
                work.message.id(),
                seconds);
        events.handlerLeft(work.handler.name());
        return new TaskOutcome.Failed(TimeLimitExceededException.hard(seconds));
    }

    private TaskOutcome failed(Work work, Throwable failure) {
        LOG.warn(
                "task {} failed with {}",
                work.handler.name(),
                failure.getClass().getName());
        RetryRule rule = work.handler.retryRule();
        Retry retry = rule == null
                ? null
                : rule.after(
                        failure,
                        work.message.retries(),
                        bound -> ThreadLocalRandom.current().nextLong(bound));
        return retry == null ? new TaskOutcome.Failed(failure) : retried(work, retry);
    }

    /** As Celery: beyond the limit the cause itself is the outcome, or MaxRetriesExceededError without one. */
    private TaskOutcome retried(Work work, Retry retry) {
        Integer most = retry.mostRetries();
        if (most == null || work.message.retries() < most) {
            try {
                RetryLimits.check(work.message, retry, clock.instant()); // it may be made without the context
            } catch (IllegalArgumentException refused) {
                return new TaskOutcome.Failed(refused);
            }
            return new TaskOutcome.Retried(retry);
        }
        Throwable cause = retry.cause();
        return new TaskOutcome.Failed(
                cause == null
                        ? new MaxRetriesExceededException(
                                "Can't retry " + work.message.task() + "[" + work.message.id() + "]")
                        : cause);
    }
}
