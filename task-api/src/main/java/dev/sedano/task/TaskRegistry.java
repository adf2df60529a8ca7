package dev.sedano.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects the tasks of a worker. Not thread-safe: it is filled by one thread before the worker starts. Whatever is
 * registered here runs under a claim on its idempotency key; there is no other way to register a task.
 */
public final class TaskRegistry {
    private final Map<String, TaskDefinition> definitions = new LinkedHashMap<>();

    /**
     * Adds a handler whose key is the task id.
     *
     * @throws IllegalArgumentException if the name is blank or taken
     */
    public TaskRegistry add(String name, TaskHandler handler) {
        return add(name, TaskOptions.DEFAULT, handler);
    }

    /**
     * Adds a handler.
     *
     * @throws IllegalArgumentException if the name is blank or taken
     */
    public TaskRegistry add(String name, TaskOptions options, TaskHandler handler) {
        put(new TaskDefinition.HandlerTask(name, handler, options));
        return this;
    }

    /**
     * Adds the {@link Task} methods of {@code bean}'s class and its superclasses, of any visibility.
     *
     * @throws IllegalArgumentException if there are none, or one is not fit to be a task
     */
    public TaskRegistry addMethods(Object bean) {
        if (bean instanceof Class<?> type) {
            return addMethods(type);
        }
        return addAll(bean.getClass(), bean);
    }

    /**
     * Adds the {@link Task} methods of {@code type} and its superclasses. If one of them is not static, one object is
     * made with the constructor without parameters, of any visibility.
     *
     * @throws IllegalArgumentException if there are none, one is not fit to be a task, or no object can be made
     */
    public TaskRegistry addMethods(Class<?> type) {
        return addAll(type, null);
    }

    /** What was added so far, in that order; a copy. */
    public List<TaskDefinition> definitions() {
        return List.copyOf(definitions.values());
    }

    private TaskRegistry addAll(Class<?> type, @Nullable Object bean) {
        List<TaskDefinition.MethodTask> tasks = TaskMethods.of(type, bean);
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException(
                    "class " + type.getName() + " has no @Task method: annotate one, or add a handler");
        }
        tasks.forEach(this::put);
        return this;
    }

    private void put(TaskDefinition definition) {
        if (definition.name().isBlank()) {
            throw new IllegalArgumentException(
                    "task name \"" + definition.name() + "\" of " + definition.source() + " is blank: name the task");
        }
        TaskDefinition earlier = definitions.putIfAbsent(definition.name(), definition);
        if (earlier != null) {
            throw new IllegalArgumentException("task \"" + definition.name() + "\" is registered twice, by "
                    + earlier.source() + " and by " + definition.source() + ": rename or remove one of them");
        }
    }
}
