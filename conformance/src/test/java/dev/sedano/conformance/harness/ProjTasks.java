package dev.sedano.conformance.harness;

import dev.sedano.task.Canvas;
import dev.sedano.task.Default;
import dev.sedano.task.IgnoreException;
import dev.sedano.task.PythonException;
import dev.sedano.task.RejectException;
import dev.sedano.task.Retry;
import dev.sedano.task.Signature;
import dev.sedano.task.Task;
import dev.sedano.task.TaskCall;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskOptions;
import dev.sedano.task.TaskRegistry;
import dev.sedano.task.client.AsyncResult;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The tasks behind the captured messages, beside those of {@link ValueTasks}: each does what its namesake in {@code
 * src/test/python/golden_tasks.py} does.
 */
@SuppressWarnings("DoNotCallSuggester") // called by the worker alone, and to fail is what some are for
final class ProjTasks {
    private static final String PREFIX = "proj.";

    static void register(TaskRegistry registry) {
        TaskOptions ignored = TaskOptions.builder().ignoreResult(true).build();
        registry.addMethods(ProjTasks.class)
                .add(PREFIX + "echo", (context, call) -> echo(call))
                .add(PREFIX + "noop", (context, call) -> null)
                .add(PREFIX + "ignored_result", ignored, (context, call) -> 1)
                .add(PREFIX + "ignored_fail", ignored, (context, call) -> {
                    throw new IllegalArgumentException("quiet");
                });
    }

    private static Map<String, @Nullable Object> echo(TaskCall call) {
        Map<String, @Nullable Object> said = new LinkedHashMap<>();
        said.put("args", call.args());
        said.put("kwargs", call.kwargs());
        return said;
    }

    @Task(PREFIX + "fail")
    static void fail(@Default("\"boom\"") String msg) {
        throw new IllegalArgumentException(msg);
    }

    @Task(PREFIX + "fail_custom")
    static void failCustom() {
        throw new PythonException("wireapp", "OrderError", 17, "no stock");
    }

    @Task(PREFIX + "fail_noargs")
    static void failWithoutArguments() {
        throw new PythonException("builtins", "KeyError");
    }

    @Task(PREFIX + "fail_cause")
    static void failWithCause() {
        throw new IllegalStateException("wrapped ünïcode ☃", new ArithmeticException("/ by zero"));
    }

    @Task(PREFIX + "retry_me")
    static void retryMe(TaskContext context, String tag, @Default("0.5") BigDecimal countdown) {
        throw context.retry(
                Retry.in(seconds(countdown)).atMost(2).because(new IllegalArgumentException("again " + tag)));
    }

    @Task(PREFIX + "retry_noexc")
    static void retryWithoutReason(TaskContext context) {
        throw context.retry(Retry.in(Duration.ofMillis(200)).atMost(1));
    }

    @Task(PREFIX + "sleepy")
    static @Nullable Object sleepy(BigDecimal n, @Nullable @Default("null") Object ret) throws InterruptedException {
        pause(n);
        return ret;
    }

    @Task(PREFIX + "soft")
    static @Nullable String soft(TaskContext context, BigDecimal n) throws InterruptedException {
        try {
            pause(n);
            return null;
        } catch (InterruptedException e) {
            if (context.timeLimitExceeded()) {
                return "soft caught";
            }
            throw e;
        }
    }

    @Task(PREFIX + "started")
    static String started(@Default("1") BigDecimal n) throws InterruptedException {
        pause(n);
        return "ok";
    }

    @Task(PREFIX + "late")
    static String late(@Default("0") BigDecimal n) throws InterruptedException {
        pause(n);
        return "late";
    }

    private static Duration seconds(BigDecimal seconds) {
        return Duration.ofMillis(seconds.movePointRight(3).longValue());
    }

    /** A task that takes its time, which a time limit may interrupt. */
    private static void pause(BigDecimal seconds) throws InterruptedException {
        Thread.sleep(seconds(seconds).toMillis());
    }

    @Task(PREFIX + "late_fail")
    static void lateFail() {
        throw new IllegalArgumentException("late");
    }

    @Task(PREFIX + "reject")
    static void reject(@Default("false") boolean requeue) {
        throw new RejectException("nope", requeue);
    }

    @Task(PREFIX + "reject_late")
    static void rejectLate() {
        throw new RejectException("late", false);
    }

    @Task(PREFIX + "ignore")
    static void ignore(TaskContext context) {
        context.updateState("CUSTOM", Map.of("k", 1));
        throw new IgnoreException("as it says");
    }

    @Task(PREFIX + "ignore_plain")
    static void ignorePlain() {
        throw new IgnoreException("as it says");
    }

    @Task(PREFIX + "progress")
    static String progress(TaskContext context, @Default("3") int n) {
        for (int i = 0; i < n; i++) {
            context.updateState("PROGRESS", Map.of("i", i));
        }
        return "done";
    }

    @Task(PREFIX + "errback_new")
    static void errbackNew(Map<String, Object> request, Map<String, Object> error, String traceback) {
        // What it returns is dropped; that it is called here and not sent is what shows.
    }

    @Task(PREFIX + "errback_old")
    static String errbackOld(String taskId) {
        return "old errback for " + taskId;
    }

    private static Signature add(Object x, Object y) {
        return Signature.of(PREFIX + "add", x, y).asImmutable();
    }

    @Task(PREFIX + "replace_add")
    static void replaceAdd(TaskContext context, int x, int y) {
        throw context.replace(add(x, y));
    }

    @Task(PREFIX + "replace_group")
    static void replaceGroup(TaskContext context, int n) {
        throw context.replace(Canvas.group(
                IntStream.range(0, n).mapToObj(i -> (Canvas) add(i, i)).toList()));
    }

    @Task(PREFIX + "replace_chain")
    static void replaceChain(TaskContext context, int x) {
        throw context.replace(Canvas.chain(add(x, 1), Signature.of(PREFIX + "mul", 10)));
    }

    @Task(PREFIX + "spawns")
    static String spawns(TaskContext context) {
        context.send(Signature.of(PREFIX + "add", 1, 1));
        context.send(Signature.of(PREFIX + "add", 2, 2).option("priority", 3));
        return "spawned";
    }

    @Task(PREFIX + "returns_async")
    static AsyncResult returnsAsync(TaskContext context) {
        return context.send(Signature.of(PREFIX + "add", 3, 3));
    }

    @Task(PREFIX + "adds_to_chord")
    static int addsToChord(TaskContext context, int x) {
        context.addToChord(add(x, 100));
        return x;
    }
}
