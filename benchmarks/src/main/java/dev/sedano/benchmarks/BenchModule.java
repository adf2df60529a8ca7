package dev.sedano.benchmarks;

import dev.sedano.task.TaskModule;
import dev.sedano.task.TaskRegistry;

/** The tasks that workers are measured with. The worker finds it through {@code META-INF/services}. */
public final class BenchModule implements TaskModule {
    /** Called by the worker. */
    public BenchModule() {}

    @Override
    public void register(TaskRegistry registry) {
        registry.addMethods(new BenchTasks(CountFile.fromEnvironment()));
    }
}
