package dev.sedano.workbench;

import dev.sedano.task.TaskDefinition;
import dev.sedano.task.TaskRegistry;
import dev.sedano.worker.handler.AppLoader;
import java.util.List;

/** Reads which tasks applications register, by loading them as a worker does. */
final class RegisteredTasks {
    private RegisteredTasks() {}

    /** Returns the sorted names; throws the worker's own complaint when an application cannot be loaded. */
    static List<String> of(List<String> apps) {
        TaskRegistry registry = new TaskRegistry();
        AppLoader loaded = AppLoader.load(apps, registry);
        try {
            return registry.definitions().stream()
                    .map(TaskDefinition::name)
                    .sorted()
                    .toList();
        } finally {
            loaded.close();
        }
    }
}
