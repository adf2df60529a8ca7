package dev.sedano.worker.handler;

import dev.sedano.task.StoreDownPolicy;
import dev.sedano.task.TaskDefinition;
import dev.sedano.task.TaskHandler;
import dev.sedano.task.TaskOptions;
import dev.sedano.task.TaskRegistry;
import dev.sedano.worker.ConfigurationException;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The worker's tasks by name. Immutable and thread-safe. */
public final class Handlers {
    private final Map<String, BoundHandler> byName;

    /** Those of every worker, by name. */
    private final Map<String, BoundHandler> builtIn;

    private Handlers(Map<String, BoundHandler> byName, Map<String, BoundHandler> builtIn) {
        this.byName = byName;
        this.builtIn = builtIn;
    }

    /**
     * Binds what is registered now; later additions are not seen.
     *
     * @throws ConfigurationException if a parameter's default does not fit its type
     */
    public static Handlers of(TaskRegistry registry, ArgumentConverter converter) {
        Map<String, BoundHandler> byName = new LinkedHashMap<>();
        for (TaskDefinition task : registry.definitions()) {
            try {
                byName.put(task.name(), BoundHandler.of(task, converter));
            } catch (IllegalArgumentException e) {
                throw new ConfigurationException("task", task.name(), "cannot be bound: " + e.getMessage(), e);
            }
        }
        return new Handlers(Collections.unmodifiableMap(byName), Map.of());
    }

    /** These and {@code defaults}, where no task here has the name; the names are still those of {@link #names} alone. */
    public Handlers withDefaults(Map<String, TaskHandler> defaults, ArgumentConverter converter) {
        Map<String, BoundHandler> builtIn = new LinkedHashMap<>();
        defaults.forEach((name, handler) -> builtIn.put(
                name, BoundHandler.of(new TaskDefinition.HandlerTask(name, handler, TaskOptions.DEFAULT), converter)));
        return new Handlers(byName, Collections.unmodifiableMap(builtIn));
    }

    /** The handler of the task {@code name}, or null. */
    public @Nullable BoundHandler find(String name) {
        BoundHandler handler = byName.get(name);
        return handler == null ? builtIn.get(name) : handler;
    }

    /** See {@link BoundHandler#takesFailure}; false for a task that is not here, or built in. */
    public boolean takesFailure(String name, int args, Set<String> kwargs) {
        BoundHandler handler = byName.get(name);
        return handler != null && handler.takesFailure(args, kwargs);
    }

    /** Whether every task runs also when the store cannot be asked. */
    public boolean allFailOpen() {
        return !byName.isEmpty()
                && byName.values().stream().allMatch(handler -> handler.whenStoreDown() == StoreDownPolicy.OPEN);
    }

    /** The names of the tasks that run also when the store cannot be asked, or that only observe. */
    public List<String> unprotected() {
        return byName.values().stream()
                .filter(handler -> handler.observes() || handler.whenStoreDown() == StoreDownPolicy.OPEN)
                .map(BoundHandler::name)
                .toList();
    }

    /**
     * How long every completed key is remembered at least.
     *
     * @param retention the worker's setting, for tasks without one of their own
     */
    public Duration leastRetention(Duration retention) {
        return byName.values().stream()
                .map(handler -> Objects.requireNonNullElse(handler.ttl(), retention))
                .min(Comparator.naturalOrder())
                .orElse(retention);
    }

    /** All names, in the order of registration; unmodifiable. */
    public Set<String> names() {
        return byName.keySet();
    }
}
