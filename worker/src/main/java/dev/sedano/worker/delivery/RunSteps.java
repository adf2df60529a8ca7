package dev.sedano.worker.delivery;

import dev.sedano.task.NoEffectException;
import dev.sedano.task.StaleOwnerException;
import dev.sedano.task.StepOutcomeUnknownException;
import dev.sedano.worker.handler.ArgumentConverter;
import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.IdempotencyStore.StepChange;
import dev.sedano.worker.idempotency.Lease;
import dev.sedano.worker.idempotency.StepReply;
import dev.sedano.worker.protocol.CeleryJson;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The steps of one run (PROTOCOL §4). A step call waits for the store as a finished handler does: an outage must neither
 * repeat a step nor turn into the task's failure. It ends when the store answers, or the lease is lost; when the thread
 * is interrupted and the store does not answer, too.
 */
final class RunSteps {
    private static final int LARGEST_VALUE_BYTES = 64 * 1024;
    private static final int LONGEST_NAME = 200;
    private static final long ANSWER_SECONDS = 5;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Lease lease;
    private final IdempotencyChecker checker;
    private final CeleryJson json;
    private final ArgumentConverter converter;
    private final Set<String> used = ConcurrentHashMap.newKeySet();

    RunSteps(Lease lease, IdempotencyChecker checker, CeleryJson json, ArgumentConverter converter) {
        this.lease = lease;
        this.checker = checker;
        this.json = json;
        this.converter = converter;
    }

    <T extends @Nullable Object> T step(String name, Class<T> type, Callable<T> body) throws Exception {
        use(name);
        if (!lease.isProtected()) {
            return body.call();
        }
        StepReply before = ask(new StepChange.Read(name));
        if (before instanceof StepReply.Done done) {
            return value(name, type, done);
        } else if (before instanceof StepReply.Begun) {
            throw new StepOutcomeUnknownException(name);
        }
        T value = body.call();
        ask(new StepChange.End(name, encoded(name, value)));
        return value;
    }

    <T extends @Nullable Object> T stepAtMostOnce(String name, Class<T> type, Callable<T> body) throws Exception {
        use(name);
        if (!lease.isProtected()) {
            return body.call();
        }
        StepReply begun = ask(new StepChange.Begin(name));
        if (begun instanceof StepReply.Done done) {
            return value(name, type, done);
        } else if (begun instanceof StepReply.Begun) {
            throw new StepOutcomeUnknownException(name);
        }
        T value;
        try {
            value = body.call();
        } catch (NoEffectException e) {
            ask(new StepChange.Undo(name));
            throw e;
        }
        ask(new StepChange.End(name, encoded(name, value)));
        return value;
    }

    private void use(String name) {
        if (name.isBlank() || name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "step name \"" + name + "\" must have 1 to " + LONGEST_NAME + " characters");
        }
        if (!used.add(name)) {
            throw new IllegalStateException("step \"" + name
                    + "\" was used before in this run: steps are matched by name, so give each its own, such as \""
                    + name + "-2\"");
        }
    }

    private byte[] encoded(String name, @Nullable Object value) {
        try {
            return json.encode(value, LARGEST_VALUE_BYTES);
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "the value of step \"" + name + "\" cannot be kept: " + e.getMessage()
                            + "; return what fits into " + LARGEST_VALUE_BYTES / 1024
                            + " KiB of JSON, such as an id",
                    e);
        }
    }

    @SuppressWarnings("NullAway") // the value is as nullable as T is
    private <T extends @Nullable Object> T value(String name, Class<T> type, StepReply.Done done) {
        try {
            return type.cast(converter.convert(json.decode(done.value()), boxed(type)));
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "the stored value of step \"" + name + "\" is no " + type.getName()
                            + ": an earlier version of the task returned another type; give the step a new name",
                    e);
        }
    }

    private static Class<?> boxed(Class<?> type) {
        return type.isPrimitive()
                ? java.lang.invoke.MethodType.methodType(type).wrap().returnType()
                : type;
    }

    private StepReply ask(StepChange change) {
        while (true) {
            try {
                StepReply reply = Uninterrupted.get(checker.step(lease, change), ANSWER_SECONDS);
                if (reply instanceof StepReply.Stale) {
                    throw stale(change, "another owner took over");
                } else if (reply instanceof StepReply.Full) {
                    throw new IllegalStateException("step \"" + change.name()
                            + "\" is one too many: a task may have 1000 steps; use several tasks");
                }
                return reply;
            } catch (ExecutionException | TimeoutException e) {
                pause(change);
            }
            if (lease.isLost()) {
                throw stale(change, "another owner took over");
            }
        }
    }

    private void pause(StepChange change) {
        LockSupport.parkNanos(PAUSE_NANOS);
        if (Thread.currentThread().isInterrupted()) {
            throw stale(change, "the thread was interrupted while the store did not answer");
        }
    }

    private StaleOwnerException stale(StepChange change, String why) {
        return new StaleOwnerException(
                "step \"" + change.name() + "\" with fencing token " + lease.token() + " is refused: " + why);
    }
}
