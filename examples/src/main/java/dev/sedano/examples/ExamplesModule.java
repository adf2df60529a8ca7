package dev.sedano.examples;

import dev.sedano.task.TaskModule;
import dev.sedano.task.TaskOptions;
import dev.sedano.task.TaskRegistry;
import java.time.Duration;
import java.util.List;

/** All tasks of the examples. The worker finds it through {@code META-INF/services}. */
public final class ExamplesModule implements TaskModule {
    /** Called by the worker. */
    public ExamplesModule() {}

    @Override
    public void register(TaskRegistry registry) {
        registry.addMethods(BasicTasks.class)
                .addMethods(new Billing(new Ledger()))
                .addMethods(new DemoWork(System.getenv()));

        // A task as a lambda, with its key taken from the keyword argument user["id"].
        registry.add(
                "examples.greet",
                TaskOptions.builder().key("user.id").ttl(Duration.ofHours(1)).build(),
                (context, call) -> "Hello, " + call.arg("name", String.class) + "!");
        registry.add(
                "examples.count",
                (context, call) -> List.of(call.args().size(), call.kwargs().size()));
    }
}
