package dev.sedano.conformance.suite;

import static dev.sedano.conformance.suite.PlainTasks.PREFIX;

import dev.sedano.task.Task;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskRequest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tasks that tell what they see of their own message. */
final class RequestTasks {
    @Task(PREFIX + "ids")
    List<@Nullable Object> ids(TaskContext context, Object i) {
        return Arrays.asList(context.rootId(), context.parentId(), i);
    }

    @Task(PREFIX + "collect_ids")
    List<@Nullable Object> collectIds(TaskContext context, Object res, Object i) {
        return Arrays.asList(res, ids(context, i));
    }

    @Task(PREFIX + "return_priority")
    String returnPriority(TaskContext context, Object... ignored) {
        return "Priority: " + context.request().properties().get("priority");
    }

    @Task(PREFIX + "return_request_eta")
    @Nullable
    String returnRequestEta(TaskContext context) {
        return context.request().eta();
    }

    @Task(PREFIX + "return_properties")
    Map<String, @Nullable Object> returnProperties(TaskContext context) {
        Map<String, @Nullable Object> properties =
                new LinkedHashMap<>(context.request().properties());
        properties.remove("timestamp");
        return properties;
    }

    @Task(PREFIX + "return_request_time_limits")
    Map<String, @Nullable Object> returnRequestTimeLimits(TaskContext context) {
        return limits(context.request(), null, null);
    }

    @Task(PREFIX + "task_with_declared_time_limits")
    Map<String, @Nullable Object> taskWithDeclaredTimeLimits(TaskContext context) {
        return limits(context.request(), 60, 45);
    }

    private static Map<String, @Nullable Object> limits(
            TaskRequest request, @Nullable Number hard, @Nullable Number soft) {
        Map<String, @Nullable Object> limits = new LinkedHashMap<>();
        limits.put("time_limit", request.hardTimeLimit() == null ? hard : request.hardTimeLimit());
        limits.put("soft_time_limit", request.softTimeLimit() == null ? soft : request.softTimeLimit());
        return limits;
    }
}
