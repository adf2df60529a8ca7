package dev.sedano.conformance.harness;

import dev.sedano.task.TaskModule;
import dev.sedano.task.TaskRegistry;

/** The application that the workers of these tests run. */
public final class ConformanceModule implements TaskModule {
    @Override
    public void register(TaskRegistry registry) {
        registry.addMethods(new LedgerTasks()).addMethods(new CallingTasks()).addMethods(ValueTasks.class);
        ProjTasks.register(registry);
    }
}
