package dev.sedano.conformance.suite;

import static dev.sedano.conformance.suite.PlainTasks.PREFIX;

import dev.sedano.task.Default;
import dev.sedano.task.PythonException;
import dev.sedano.task.Retry;
import dev.sedano.task.Task;
import dev.sedano.task.TaskCall;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskOptions;
import dev.sedano.task.TaskRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Tasks that ask to be tried again. */
final class RetryTasks {
    private final AtomicInteger runs = new AtomicInteger();

    void register(TaskRegistry registry) {
        registry.addMethods(this)
                .add(PREFIX + "retry", this::retry)
                .add(PREFIX + "retry_once", (context, call) -> once(context, call, context.retries()))
                .add(
                        PREFIX + "retry_once_ignore_result",
                        TaskOptions.builder().ignoreResult(true).build(),
                        (context, call) -> once(context, call, context.retries()))
                .add(PREFIX + "retry_once_with_result", (context, call) -> once(context, call, context.retries()))
                .add(
                        PREFIX + "retry_once_priority",
                        (context, call) -> once(
                                context, call, context.request().properties().get("priority")))
                .add(PREFIX + "retry_once_headers", (context, call) -> once(context, call, context.headers()))
                .add(PREFIX + "retry_unpickleable", RetryTasks::retryUnpickleable);
    }

    private static @Nullable Object once(TaskContext context, TaskCall call, @Nullable Object then) {
        if (context.retries() > 0) {
            return then;
        }
        boolean said = call.kwargs().containsKey("countdown");
        Object countdown = said ? call.kwargs().get("countdown") : 0.1;
        int most = call.kwargs().get("max_retries") instanceof Number number ? number.intValue() : 1;
        throw context.retry(Retry.in(countdown instanceof Number seconds ? seconds(seconds) : Duration.ofMinutes(3))
                .atMost(most));
    }

    private static Duration seconds(Number number) {
        return Duration.ofMillis((long) (number.doubleValue() * 1000));
    }

    private @Nullable Object retry(TaskContext context, TaskCall call) {
        Object wanted = call.args().isEmpty()
                ? call.kwargs().get("return_value")
                : call.args().get(0);
        if (wanted != null && runs.incrementAndGet() > 3) {
            runs.set(0);
            return wanted;
        }
        throw context.retry(Retry.in(Duration.ofSeconds(5))
                .because(new PythonException("t.integration.tasks", "ExpectedException")));
    }

    private static Object retryUnpickleable(TaskContext context, TaskCall call) {
        Object foo =
                call.args().isEmpty() ? call.kwargs().get("foo") : call.args().get(0);
        Map<?, ?> options = call.kwargs().get("retry_kwargs") instanceof Map<?, ?> map ? map : Map.of();
        Retry retry = Retry.in(options.get("countdown") instanceof Number wait ? seconds(wait) : Duration.ofMinutes(3))
                .because(PlainTasks.unpickleable(String.valueOf(foo)));
        throw context.retry(options.get("max_retries") instanceof Number most ? retry.atMost(most.intValue()) : retry);
    }

    @Task(PREFIX + "retry_with_args_after_kwargs")
    Map<String, @Nullable Object> argsAfterKwargs(
            TaskContext context, int foo, int bar, @Nullable @Default("null") Object label) {
        if (context.retries() == 0) {
            Map<String, @Nullable Object> kept = new LinkedHashMap<>();
            kept.put("label", label);
            throw context.retry(Retry.in(Duration.ZERO).atMost(1).with(List.of(foo + 1, bar + 1), kept));
        }
        Map<String, @Nullable Object> seen = new LinkedHashMap<>();
        seen.put("foo", foo);
        seen.put("bar", bar);
        seen.put("label", label);
        seen.put("retries", context.retries());
        seen.put("is_eager", false);
        return seen;
    }

    @Task(PREFIX + "retry_with_kwargs_after_args")
    Map<String, @Nullable Object> kwargsAfterArgs(TaskContext context, int foo, int bar) {
        if (context.retries() == 0) {
            throw context.retry(
                    Retry.in(Duration.ZERO).atMost(1).with(new ArrayList<>(), Map.of("foo", foo + 1, "bar", bar)));
        }
        return Map.of("foo", foo, "bar", bar, "retries", context.retries(), "is_eager", false);
    }

    @Task("auto_retry_class_task")
    int autoRetry(TaskContext context) {
        if (context.retries() == 0) {
            throw context.retry(Retry.in(Duration.ofMillis((long) (Math.random() * 1000)))
                    .atMost(1)
                    .because(new PythonException("builtins", "ValueError", "auto retry")));
        }
        return context.retries();
    }
}
