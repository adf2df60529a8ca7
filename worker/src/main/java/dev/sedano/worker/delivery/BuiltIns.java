package dev.sedano.worker.delivery;

import dev.sedano.task.PythonException;
import dev.sedano.task.Retry;
import dev.sedano.task.TaskCall;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskHandler;
import dev.sedano.worker.canvas.FollowUps;
import dev.sedano.worker.canvas.KnownTasks;
import dev.sedano.worker.handler.ArgumentConverter;
import dev.sedano.worker.handler.ArgumentsException;
import dev.sedano.worker.handler.BoundHandler;
import dev.sedano.worker.handler.Handlers;
import dev.sedano.worker.handler.TaskCallValues;
import dev.sedano.worker.protocol.TaskMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that every Celery worker has (celery/app/builtins.py), so that this one may consume any queue of theirs. An
 * application's own task of the same name comes first. Thread-safe.
 */
final class BuiltIns {
    private static final Duration CHORD_POLL = Duration.ofSeconds(1);
    /** Those that call another task in their own run. */
    private static final Set<String> EACH = Set.of("celery.map", "celery.starmap");

    private static final Map<String, Function<BuiltIns, TaskHandler>> TASKS = Map.of(
            "celery.accumulate", all -> BuiltIns::accumulate,
            "celery.backend_cleanup", all -> (context, call) -> null, // Redis expires results by itself
            "celery.map", all -> (context, call) -> all.each(context, call, false),
            "celery.starmap", all -> (context, call) -> all.each(context, call, true),
            "celery.chunks", all -> all::chunks,
            "celery.group", all -> all::group,
            "celery.chain", all -> BuiltIns::chain,
            "celery.chord", all -> all::chord,
            "celery.chord_unlock", all -> all::unlock);

    private final Handlers handlers;
    private final ArgumentConverter converter;
    private final FollowUps followUps;
    private final ChordRun chords;

    /** @param handlers the application's own */
    BuiltIns(Handlers handlers, ArgumentConverter converter, FollowUps followUps, ChordRun chords) {
        this.handlers = handlers;
        this.converter = converter;
        this.followUps = followUps;
        this.chords = chords;
    }

    /** The application's and the built-in ones. */
    Handlers handlers() {
        Map<String, TaskHandler> tasks = new LinkedHashMap<>();
        TASKS.forEach((name, task) -> tasks.put(name, task.apply(this)));
        return handlers.withDefaults(tasks, converter);
    }

    /** What a worker with {@code handlers} and the built-in tasks knows of those it calls. */
    static KnownTasks known(Handlers handlers) {
        return task -> {
            BoundHandler handler = handlers.find(task);
            return handler != null
                    ? Boolean.valueOf(handler.ignoresResult())
                    : TASKS.containsKey(task) ? Boolean.FALSE : null;
        };
    }

    /** The task that {@code message} has called for each element, if nobody here knows it; else null. */
    @Nullable
    String unknownTaskOf(TaskMessage message) {
        if (!EACH.contains(message.task()) || handlers.find(message.task()) != null) {
            return null;
        }
        Object task = message.args().isEmpty()
                ? message.kwargs().get("task")
                : message.args().get(0);
        // What names no task is no task of another worker either: running it tells its caller so.
        return nameOf(task) instanceof String name && handlers.find(name) == null ? name : null;
    }

    /** @param task a signature or a name */
    private static @Nullable Object nameOf(@Nullable Object task) {
        return task instanceof Map<?, ?> signature ? signature.get("task") : task;
    }

    private static @Nullable Object accumulate(TaskContext context, TaskCall call) {
        if (!(call.kwargs().get("index") instanceof Number index)) {
            return call.args();
        }
        int at = index.intValue() < 0 ? call.args().size() + index.intValue() : index.intValue();
        return call.args().get(at);
    }

    /** Calls a task of this worker for each element, one after the other, in this run. */
    private List<@Nullable Object> each(TaskContext context, TaskCall call, boolean spread) throws Exception {
        String name = String.valueOf(nameOf(argument(call, 0, "task")));
        BoundHandler handler = handlers.find(name);
        if (handler == null) {
            throw new IllegalStateException(
                    "task \"" + name + "\" is not registered in this worker, which calls it for each element");
        }
        List<@Nullable Object> results = new ArrayList<>();
        for (Object item : list(argument(call, 1, "it"))) {
            List<@Nullable Object> arguments = new ArrayList<>();
            if (spread) {
                arguments.addAll(list(item));
            } else {
                arguments.add(item);
            }
            results.add(handler.callWithin(context, new TaskCallValues(arguments, Map.of(), converter)));
        }
        return results;
    }

    private Led chunks(TaskContext context, TaskCall call) {
        Map<String, @Nullable Object> kwargs = new LinkedHashMap<>();
        kwargs.put("task", argument(call, 0, "task"));
        kwargs.put("it", argument(call, 1, "it"));
        kwargs.put("n", argument(call, 2, "n"));
        return apply(context, "chunks", kwargs, Map.of(), List.of());
    }

    private Led group(TaskContext context, TaskCall call) {
        Map<String, @Nullable Object> kwargs = new LinkedHashMap<>();
        kwargs.put("tasks", argument(call, 0, "tasks"));
        Map<String, @Nullable Object> options = new LinkedHashMap<>();
        if (optional(call, 2, "group_id") instanceof String id) {
            options.put("task_id", id);
        }
        return apply(context, "group", kwargs, options, list(optional(call, 3, "partial_args")));
    }

    /** As in Celery, where a chain is no task either: workers send its first step. */
    private static Object chain(TaskContext context, TaskCall call) {
        throw new PythonException("builtins", "NotImplementedError", "chain is not a real task");
    }

    private Led chord(TaskContext context, TaskCall call) {
        Map<String, @Nullable Object> kwargs = new LinkedHashMap<>();
        kwargs.put("kwargs", Map.of());
        kwargs.put("header", argument(call, 0, "header"));
        kwargs.put("body", argument(call, 1, "body"));
        return apply(context, "chord", kwargs, Map.of(), list(optional(call, 2, "partial_args")));
    }

    private Led apply(
            TaskContext context,
            String type,
            Map<String, @Nullable Object> kwargs,
            Map<String, @Nullable Object> options,
            List<@Nullable Object> args) {
        Map<String, @Nullable Object> signature = new LinkedHashMap<>();
        signature.put("task", "celery." + type);
        signature.put("args", List.of());
        signature.put("kwargs", kwargs);
        signature.put("options", options);
        signature.put("subtask_type", type);
        FollowUps.Applied applied = followUps.apply(context.id(), context.rootId(), signature, args);
        return new Led(applied.result(), applied.plan());
    }

    /** Polls the results of a chord whose client keeps them where chords are not counted. */
    private Led unlock(TaskContext context, TaskCall call) throws Exception {
        if (!(argument(call, 0, "group_id") instanceof String group)) {
            throw new ArgumentsException("celery.chord_unlock: group_id is no text");
        }
        if (!(argument(call, 1, "callback") instanceof Map<?, ?> body)) {
            throw new ArgumentsException("celery.chord_unlock: callback is no signature");
        }
        FollowUps.Plan plan;
        Exception unreached = null;
        try {
            plan = chords.joined(context, group, body, list(optional(call, 4, "result")));
        } catch (ExecutionException | TimeoutException e) {
            // Failing would end the polling, and nobody else starts the body.
            plan = null;
            unreached = e;
        }
        if (plan == null) {
            Integer most = optional(call, 3, "max_retries") instanceof Number number ? number.intValue() : null;
            if (most != null && context.retries() >= most) {
                return new Led(
                        null,
                        chords.givenUp(
                                context,
                                group,
                                body,
                                "chord_unlock could not be retried: MaxRetriesExceededError(\"Can't retry "
                                        + "celery.chord_unlock[" + context.id() + "]\")"));
            }
            Duration interval = optional(call, 2, "interval") instanceof Number seconds
                    ? Duration.ofNanos((long) (seconds.doubleValue() * 1e9))
                    : CHORD_POLL;
            Retry retry = Retry.in(interval).forEver();
            throw context.retry(unreached == null ? retry : retry.because(unreached));
        }
        return new Led(null, plan);
    }

    private static @Nullable Object argument(TaskCall call, int position, String name) {
        if (position >= call.args().size() && !call.kwargs().containsKey(name)) {
            throw new ArgumentsException("missing required argument '" + name + "'");
        }
        return optional(call, position, name);
    }

    private static @Nullable Object optional(TaskCall call, int position, String name) {
        return position < call.args().size()
                ? call.args().get(position)
                : call.kwargs().get(name);
    }

    private static List<@Nullable Object> list(@Nullable Object value) {
        List<@Nullable Object> list = new ArrayList<>();
        if (value instanceof List<?> given) {
            list.addAll(given);
        }
        return list;
    }
}
