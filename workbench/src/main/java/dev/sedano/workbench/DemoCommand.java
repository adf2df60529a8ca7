package dev.sedano.workbench;

import dev.sedano.services.ProvidedServices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sedano demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description =
                "Runs 2,000 Celery messages, 200 of them duplicates, through a worker while Redis is stopped for 5 s.",
        footer = {
            "",
            "Only a Redis that the demo started is stopped, never one that was given.",
            "Exit code: 0 = every task ran once and none was lost, 1 = not so, 2 = services are missing."
        })
final class DemoCommand implements Callable<Integer> {
    @Mixin
    private final ServiceOptions options = new ServiceOptions();

    @Override
    public Integer call() throws IOException {
        Project project = Project.ofLauncher();
        try (OrderlyEnd end = new OrderlyEnd()) {
            ProvidedServices services = end.add(options.provide(project, System.out::println));
            if (services.ownStore().isEmpty()) {
                System.out.println("The Redis was given, so it is not stopped: this run shows duplicates only.");
            }
            Path folder = end.add(TemporaryFolder.make("sedano-demo-")).path();
            Path ledger = folder.resolve("ledger");
            Path log = project.state().resolve("demo-worker.log");
            Files.deleteIfExists(log);

            String queue = "sedano-demo-" + UUID.randomUUID();
            DemoFeed feed = end.add(DemoFeed.connect(services.brokerUrl(), queue));
            System.out.println("Starting a worker (log: " + log + ") ...");
            WorkerProcess worker = end.add(WorkerProcess.start(
                    List.of("-A", project.examplesJar().toString(), "-Q", queue, "-c", "4"),
                    Map.of(
                            "SEDANO_BROKER_URL", services.brokerUrl(),
                            "SEDANO_RESULT_BACKEND", services.storeUrl(),
                            "SEDANO_DEMO_LEDGER", ledger.toString(),
                            "XDG_STATE_HOME", folder.toString()),
                    log));
            worker.awaitReady();

            StatusLine status = new StatusLine(System.out, Boolean.getBoolean("sedano.terminal"));
            DemoRun run = new DemoRun(feed, worker, ledger, services.ownStore(), status);
            DemoFigures figures = run.run();
            System.out.println(figures.table(run.outage()));
            return figures.eachRanOnce() ? 0 : 1;
        }
    }
}
