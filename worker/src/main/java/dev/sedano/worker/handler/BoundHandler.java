package dev.sedano.worker.handler;

import dev.sedano.task.DuplicatePolicy;
import dev.sedano.task.LeaseLossPolicy;
import dev.sedano.task.OutcomeVerifier;
import dev.sedano.task.RetryRule;
import dev.sedano.task.StoreDownPolicy;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskDefinition;
import dev.sedano.task.TaskOptions;
import dev.sedano.worker.idempotency.Lease;
import dev.sedano.worker.idempotency.TaskKey;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A task that can be called, once a claim on its key was granted. Immutable; its methods may be called by several
 * threads at once.
 */
public final class BoundHandler {
    private final String name;
    private final TaskOptions options;
    private final KeyReader keys;
    private final Body body;
    /** Null if it is no method. */
    private final @Nullable ArgumentBinder binder;

    /** The handler's code behind its arguments. */
    @FunctionalInterface
    private interface Body {
        @Nullable
        Object run(@Nullable TaskContext context, TaskCallValues call) throws Throwable;
    }

    private BoundHandler(TaskDefinition task, KeyReader keys, Body body, @Nullable ArgumentBinder binder) {
        this.name = task.name();
        this.options = task.options();
        this.keys = keys;
        this.body = body;
        this.binder = binder;
    }

    /**
     * Binds a definition.
     *
     * @throws IllegalArgumentException if a parameter's default does not fit its type
     */
    static BoundHandler of(TaskDefinition task, ArgumentConverter converter) {
        if (task instanceof TaskDefinition.MethodTask method) {
            ArgumentBinder binder = new ArgumentBinder(Signature.of(method.method(), converter), converter);
            return new BoundHandler(task, KeyReader.of(task, binder), methodBody(method, binder), binder);
        }
        TaskDefinition.HandlerTask handler = (TaskDefinition.HandlerTask) task;
        return new BoundHandler(
                task,
                KeyReader.of(task, null),
                (context, call) -> handler.handler().handle(Objects.requireNonNull(context), call),
                null);
    }

    private static Body methodBody(TaskDefinition.MethodTask task, ArgumentBinder binder) {
        return (context, call) -> {
            @Nullable Object[] arguments = binder.bind(context, call);
            try {
                return task.method().invoke(task.target(), arguments);
            } catch (InvocationTargetException e) {
                throw Objects.requireNonNullElse(e.getCause(), e);
            }
        };
    }

    /** The task's name on the wire. */
    public String name() {
        return name;
    }

    /** How long this task's completed keys are remembered; null = the worker's setting. */
    public @Nullable Duration ttl() {
        return options.ttl();
    }

    /** Who shares this task's explicit keys: the scope that tasks share on purpose, else its own name. */
    public String scope() {
        return Objects.requireNonNullElse(options.scope(), name);
    }

    /** What becomes of a call whose earlier owner vanished in mid-run. */
    public LeaseLossPolicy onLeaseLost() {
        return options.onLeaseLost();
    }

    /** Who is asked about such a call; null = nobody. */
    public @Nullable OutcomeVerifier verifier() {
        return options.verifier();
    }

    /** How many runs in a row may end with their worker's death. */
    public int maxCrashes() {
        return options.maxCrashes();
    }

    /** What becomes of a delivery whose key is completed. */
    public DuplicatePolicy duplicates() {
        return options.duplicates();
    }

    /** What becomes of a call when the store cannot be asked. */
    public StoreDownPolicy whenStoreDown() {
        return options.whenStoreDown();
    }

    /** Whether everything runs and refusals are only reported. */
    public boolean observes() {
        return options.observe();
    }

    /** Whether callers get no result unless their message asks for one. */
    public boolean ignoresResult() {
        return options.ignoreResult();
    }

    /** Whether a run that failed so gives its key free. */
    public boolean releasesOn(Throwable failure) {
        return options.releaseOn().stream().anyMatch(type -> type.isInstance(failure));
    }

    /** Which exceptions lead to another attempt by themselves; null = none. */
    public @Nullable RetryRule retryRule() {
        return options.retryRule();
    }

    /**
     * The key under which {@code call} is claimed: the message's own, else the one in its arguments, else the task id.
     * An explicit key is scoped by the task's name, or by the scope that tasks share on purpose. A call that does not
     * fit its method has the task id as key.
     *
     * @param headerKey the message header {@code idempotency_key}; null or blank = none
     * @throws KeyExtractionException if the key cannot be read, so the call must not run
     */
    public TaskKey keyOf(@Nullable String headerKey, TaskCallValues call, String taskId) {
        String key = headerKey == null || headerKey.isBlank() ? argumentKey(call) : headerKey;
        if (key == null || key.isBlank()) {
            return TaskKey.ofTaskId(taskId);
        }
        return TaskKey.explicit(scope(), key);
    }

    private @Nullable String argumentKey(TaskCallValues call) {
        try {
            return keys.read(call);
        } catch (Throwable e) { // an extractor's errors are its task's outcome, as a handler's are
            if (e instanceof VirtualMachineError ofTheProcess && !(e instanceof StackOverflowError)) {
                throw ofTheProcess;
            }
            throw new KeyExtractionException(name, e);
        }
    }

    /**
     * Runs the handler.
     *
     * @param lease the proof that a claim for this run was granted; used up by this call
     * @return what the handler returned
     * @throws IllegalStateException if the lease was used before or is lost
     * @throws ArgumentsException if the arguments do not fit; the handler did not start
     * @throws Throwable what the handler threw, itself and unwrapped. All but {@link VirtualMachineError} is the task's
     *     outcome FAILURE, other errors such as AssertionError or NoClassDefFoundError included
     */
    public @Nullable Object invoke(Lease lease, TaskContext context, TaskCallValues call) throws Throwable {
        lease.start();
        return body.run(context, call);
    }

    /**
     * Whether it is an errback that is called with request, exception and traceback in the failing worker.
     *
     * @param args how many positional arguments come after those
     * @param kwargs the names of its keyword arguments
     */
    public boolean takesFailure(int args, Set<String> kwargs) {
        return binder != null && binder.takesFailure(args, kwargs);
    }

    /**
     * Runs the handler as a part of another run, whose claim covers it.
     *
     * @param context that of the other run; null for an errback, see {@link #takesFailure}
     * @throws Exception what the handler threw; an {@link Error} is thrown as it is
     */
    public @Nullable Object callWithin(@Nullable TaskContext context, TaskCallValues call) throws Exception {
        try {
            return body.run(context, call);
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
