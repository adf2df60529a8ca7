package dev.sedano.conformance.suite;

import dev.sedano.task.TaskModule;
import dev.sedano.task.TaskRegistry;
import java.util.Objects;

/** All tasks of the suite; {@code REDIS_HOST} and {@code REDIS_PORT} say where those that write to Redis do so. */
public final class SuiteModule implements TaskModule {
    @Override
    public void register(TaskRegistry registry) {
        registry.addMethods(new PlainTasks())
                .addMethods(new RequestTasks())
                .addMethods(new RedisTasks(
                        Objects.requireNonNullElse(System.getenv("REDIS_HOST"), "127.0.0.1"),
                        Integer.parseInt(Objects.requireNonNullElse(System.getenv("REDIS_PORT"), "6379"))));
        new RetryTasks().register(registry);
        WaitingTasks.register(registry);
    }
}
