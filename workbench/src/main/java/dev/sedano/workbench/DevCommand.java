package dev.sedano.workbench;

import dev.sedano.services.ProvidedServices;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sedano dev}. */
@Command(
        name = "dev",
        mixinStandardHelpOptions = true,
        description = "Keeps a broker, a store and a worker with the example tasks running, to play with from Python.",
        footer = {"", "Ctrl-C stops the worker warm and then what was started for it."})
final class DevCommand implements Callable<Integer> {
    @Mixin
    private final ServiceOptions options = new ServiceOptions();

    @Option(
            names = {"-A", "--app"},
            paramLabel = "APP",
            description = "Your own jar, classes folder or class name instead of the examples; may repeat.")
    private List<String> apps = List.of();

    @Option(names = "-Q", paramLabel = "QUEUE", defaultValue = "celery", description = "Default: ${DEFAULT-VALUE}.")
    private String queue = "celery";

    @Override
    public Integer call() {
        Project project = Project.ofLauncher();
        List<String> loaded = apps.isEmpty() ? List.of(project.examplesJar().toString()) : apps;
        List<String> tasks = RegisteredTasks.of(loaded);
        try (OrderlyEnd end = new OrderlyEnd()) {
            ProvidedServices services = end.add(options.provide(project, System.out::println));
            List<String> workerOptions = new ArrayList<>(List.of("-Q", queue));
            for (String app : loaded) {
                workerOptions.addAll(List.of("-A", app));
            }
            System.out.println("Starting a worker ...");
            WorkerProcess worker = end.add(WorkerProcess.start(
                    workerOptions,
                    Map.of(
                            "SEDANO_BROKER_URL", services.brokerUrl(),
                            "SEDANO_RESULT_BACKEND", services.storeUrl(),
                            "XDG_STATE_HOME", project.state().resolve("dev").toString()),
                    null));
            worker.awaitReady();
            System.out.println(new DevBanner(
                            services.brokerUrl(),
                            services.storeUrl(),
                            queue,
                            tasks,
                            worker.http().metricsUrl())
                    .text());
            return worker.awaitEnd();
        }
    }
}
