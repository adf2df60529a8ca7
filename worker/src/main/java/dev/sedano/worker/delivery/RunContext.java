package dev.sedano.worker.delivery;

import dev.sedano.task.Canvas;
import dev.sedano.task.ReplaceException;
import dev.sedano.task.Retry;
import dev.sedano.task.RetryException;
import dev.sedano.task.StaleOwnerException;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskRequest;
import dev.sedano.task.client.AsyncResult;
import dev.sedano.worker.canvas.NameUuid;
import dev.sedano.worker.canvas.RetryLimits;
import dev.sedano.worker.canvas.SentCalls;
import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.Lease;
import dev.sedano.worker.idempotency.PriorRun;
import dev.sedano.worker.protocol.TaskMessage;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The context of one run.
 *
 * @param run knows whether its time is up
 * @param added takes what the handler adds to its chord; safe for use by many threads
 * @param sent takes what the handler sends
 */
record RunContext(
        TaskMessage message,
        Lease lease,
        IdempotencyChecker checker,
        RunSteps steps,
        TaskRequest request,
        RunStates states,
        Clock clock,
        Run run,
        List<Canvas> added,
        SentCalls sent)
        implements TaskContext {
    private static final Logger LOG = LoggerFactory.getLogger(RunContext.class);
    private static final long OWNER_SECONDS = 2;
    private static final String LEFT_BEHIND = "it did not end within its hard time limit, and has failed";

    @Override
    public String taskName() {
        return message.task();
    }

    @Override
    public String id() {
        return message.id();
    }

    @Override
    public String rootId() {
        return message.rootId();
    }

    @Override
    public @Nullable String parentId() {
        return message.parentId();
    }

    @Override
    public @Nullable String groupId() {
        return message.group();
    }

    @Override
    public int retries() {
        return message.retries();
    }

    @Override
    public Map<String, @Nullable Object> headers() {
        return message.customHeaders();
    }

    @Override
    public String idempotencyKey() {
        return lease.key().key();
    }

    @Override
    public long fencingToken() {
        return lease.token();
    }

    @Override
    public boolean mayHaveRunBefore() {
        return lease.priorRun() != PriorRun.NONE;
    }

    @Override
    public void checkOwner() {
        if (run.isLeftBehind()) {
            throw stale(LEFT_BEHIND);
        }
        if (!lease.isProtected()) {
            // Nobody was asked for a claim, so nobody can have taken it over. To stop here would run the task for ever.
            LOG.info("task {} id {} runs without a claim: it has no owner to check", message.task(), message.id());
            return;
        }
        try {
            if (Uninterrupted.get(checker.owns(lease), OWNER_SECONDS)) {
                return;
            }
        } catch (ExecutionException | TimeoutException e) {
            throw stale("the store did not confirm it");
        }
        throw stale("another tenure took over");
    }

    private StaleOwnerException stale(String why) {
        return new StaleOwnerException("task " + message.id() + " with fencing token " + lease.token()
                + " does not own its key any more: " + why);
    }

    @Override
    public <T extends @Nullable Object> T step(String name, Class<T> type, Callable<T> body) throws Exception {
        return steps.step(name, type, body);
    }

    @Override
    public <T extends @Nullable Object> T stepAtMostOnce(String name, Class<T> type, Callable<T> body)
            throws Exception {
        return steps.stepAtMostOnce(name, type, body);
    }

    @Override
    public String stepKey(String name) {
        return NameUuid.of("step", lease.key().record(), name);
    }

    @Override
    public RetryException retry(Retry retry) {
        if (retry.mostRetries() == null || message.retries() < retry.mostRetries()) {
            RetryLimits.check(message, retry, clock.instant());
        }
        return new RetryException(retry);
    }

    @Override
    public ReplaceException replace(Canvas replacement) {
        return new ReplaceException(replacement);
    }

    @Override
    public void updateState(String state, @Nullable Object meta) {
        if (run.isLeftBehind()) {
            throw stale(LEFT_BEHIND);
        }
        states.tell(message, state, meta);
    }

    @Override
    public boolean timeLimitExceeded() {
        return run.limit() != null;
    }

    @Override
    public void addToChord(Canvas task) {
        if (message.embed().chord() == null || message.group() == null) {
            throw new IllegalStateException("task " + message.id()
                    + " is not in the header of a chord: only such a task" + " can add others to it");
        }
        added.add(task);
    }

    @Override
    public AsyncResult send(Canvas call) {
        return SentResult.of(sent.send(call));
    }

    @Override
    public System.Logger logger() {
        return System.getLogger(message.task());
    }
}
