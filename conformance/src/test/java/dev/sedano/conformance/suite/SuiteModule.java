package dev.sedano.conformance.suite;

import dev.sedano.task.TaskModule;
import dev.sedano.task.TaskOptions;
import dev.sedano.task.TaskRegistry;
import java.util.Objects;

/** All tasks of the suite; {@code REDIS_HOST} and {@code REDIS_PORT} say where those that write to Redis do so. */
public final class SuiteModule implements TaskModule {
    @Override
    public void register(TaskRegistry registry) {
        register(registry, new PlainTasks(), new RedisTasks(redisHost(), redisPort()));
    }

    static String redisHost() {
        return Objects.requireNonNullElse(System.getenv("REDIS_HOST"), "127.0.0.1");
    }

    static int redisPort() {
        return Integer.parseInt(Objects.requireNonNullElse(System.getenv("REDIS_PORT"), "6379"));
    }

    static void register(TaskRegistry registry, PlainTasks plain, RedisTasks redis) {
        registry.addMethods(plain).addMethods(new RequestTasks()).addMethods(redis);
        new CanvasTasks(redis).register(registry);
        Signatures.register(registry);
        new SendingTasks().register(registry);
        registry.add(
                PlainTasks.PREFIX + "add_ignore_result",
                TaskOptions.builder().ignoreResult(true).build(),
                (context, call) -> PythonValues.plus(call.arg(0, Object.class), call.arg(1, Object.class)));
        new RetryTasks().register(registry);
        WaitingTasks.register(registry);
    }
}
