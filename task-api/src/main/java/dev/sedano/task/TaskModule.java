package dev.sedano.task;

/**
 * Registers the tasks of an application. The worker finds implementations by {@link java.util.ServiceLoader}'s
 * convention (the file {@code META-INF/services/dev.sedano.task.TaskModule}) in each jar or folder given with
 * {@code -A}; an implementation has a public constructor without parameters. A jar that names a module is not scanned
 * for {@link Task} methods: its modules say all there is.
 */
@FunctionalInterface
public interface TaskModule {
    /** Adds this application's tasks. Called once, at start, by one thread. */
    void register(TaskRegistry registry);
}
