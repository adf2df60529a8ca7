package dev.sedano.client;

import dev.sedano.task.client.TaskFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** From the exception in a result record to the one that a caller gets (celery/backends/base.py). Immutable. */
final class Failures {
    private final Map<String, Function<TaskFailure, ? extends RuntimeException>> own;

    /** @param own exceptions by {@code module.type} that callers have given */
    Failures(Map<String, Function<TaskFailure, ? extends RuntimeException>> own) {
        this.own = own;
    }

    /** The failure that {@code record} tells. */
    TaskFailure of(String taskId, TaskRecord record) {
        String type = "Exception";
        String module = "celery.exceptions"; // where Celery makes classes that it does not know
        List<@Nullable Object> args = new ArrayList<>();
        if (record.result() instanceof Map<?, ?> fields) {
            type = text(fields.get("exc_type"), type);
            module = text(fields.get("exc_module"), module);
            Object message = fields.get("exc_message");
            if (message instanceof List<?> list) {
                args.addAll(list);
            } else if (message != null) {
                args.add(message);
            }
        } else if (record.result() != null) {
            args.add(record.result());
        }
        return typed(taskId, module, type, args, record);
    }

    private static TaskFailure typed(
            String taskId, String module, String type, List<@Nullable Object> args, TaskRecord record) {
        String traceback = record.traceback();
        if (record.state().equals("REVOKED")) {
            return new TaskFailure.Revoked(taskId, module, type, args, traceback);
        }
        return switch (type) {
            case "TimeLimitExceeded", "SoftTimeLimitExceeded" ->
                new TaskFailure.TimeLimit(taskId, module, type, args, traceback);
            case "NotRegistered" -> new TaskFailure.NotRegistered(taskId, module, type, args, traceback);
            case "ChordError" -> new TaskFailure.Chord(taskId, module, type, args, traceback);
            case "WorkerLostError" -> new TaskFailure.WorkerLost(taskId, module, type, args, traceback);
            default -> new TaskFailure(taskId, module, type, args, traceback);
        };
    }

    /** What {@code get} throws for it. */
    RuntimeException thrown(TaskFailure failure) {
        Function<TaskFailure, ? extends RuntimeException> made = own.get(failure.module() + "." + failure.type());
        return made == null ? failure : made.apply(failure);
    }

    private static String text(@Nullable Object value, String otherwise) {
        return value instanceof String text && !text.isBlank() ? text : otherwise;
    }
}
