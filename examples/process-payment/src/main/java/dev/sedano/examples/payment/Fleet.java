package dev.sedano.examples.payment;

import dev.sedano.examples.stage.Stage;
import dev.sedano.workbench.Metrics;
import dev.sedano.workbench.WorkerProcess;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The story's workers by name. Figures of workers that were killed went with them. Used by the story's thread. */
final class Fleet {
    private final Stage stage;
    private final String bank;
    private final Map<String, WorkerProcess> workers = new LinkedHashMap<>();

    Fleet(Stage stage, String bank) {
        this.stage = stage;
        this.bank = bank;
    }

    void start(String name) throws IOException {
        Map<String, String> environment = Map.of("BANK_URL", bank, "WORKER_NAME", name);
        workers.put(
                name,
                stage.worker(
                        name,
                        Payments.class,
                        ProcessPayment.QUEUE,
                        environment,
                        "-c",
                        "2",
                        "--prefetch-multiplier",
                        "1",
                        "--lease",
                        "3s"));
    }

    WorkerProcess get(String name) {
        WorkerProcess worker = workers.get(name);
        if (worker == null) {
            throw new IllegalArgumentException("no worker is named \"" + name + "\"");
        }
        return worker;
    }

    /** The sum over the workers that live. */
    long sum(String metric) {
        double sum = 0;
        for (WorkerProcess worker : workers.values()) {
            sum += worker.http().metrics().map(metrics -> metrics.sum(metric)).orElse(0.0);
        }
        return Math.round(sum);
    }

    /** The sum of the samples with one label. */
    long sum(String metric, String label, String value) {
        double sum = 0;
        for (WorkerProcess worker : workers.values()) {
            Metrics metrics = worker.http().metrics().orElse(Metrics.parse(""));
            sum += metrics.sum(metric, label, value);
        }
        return Math.round(sum);
    }

    /** On how many workers the figure is not zero. */
    long with(String metric) {
        return workers.values().stream()
                .filter(worker -> worker.http()
                        .metrics()
                        .map(metrics -> metrics.sum(metric) > 0)
                        .orElse(false))
                .count();
    }
}
