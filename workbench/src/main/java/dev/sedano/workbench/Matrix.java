package dev.sedano.workbench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs the integration tests with each Celery against this machine's servers and those of other versions, one pair of broker
 * and store after the other, shows what came of it and writes it into the {@link CompatibilityDocument}. Not thread-safe.
 */
final class Matrix {
    /** Which {@code rabbitmq-server} the tests start. */
    private static final String RABBITMQ = "SEDANO_TEST_RABBITMQ";
    /** Which {@code redis-server} or {@code valkey-server} the tests start. */
    private static final String REDIS = "SEDANO_TEST_REDIS";

    /** A broker with each delivery limit rule since 4.0, with each kind of store. */
    private static final List<Pair> PAIRS =
            List.of(new Pair("trixie", "valkey-server"), new Pair("sid", "redis-server"));

    /** RabbitMQ and a store of one Debian release. */
    record Pair(String release, String store) {}

    /**
     * A Celery that sends and receives.
     *
     * @param name its version
     * @param environment with which the tests use it
     */
    record Celery(String name, Map<String, String> environment) {}

    /** Servers by name and version, and the environment with which the tests start them. */
    record Servers(String broker, String store, Map<String, String> environment) {}

    /** What came of a pair. */
    record Row(String celery, String broker, String store, TestFigures figures, Duration took) {
        String line() {
            return String.format(
                    Locale.ROOT,
                    "%-14s %-16s %-22s %5d %7d %8d %8.1f  %s",
                    celery,
                    broker,
                    store,
                    figures.run(),
                    figures.failed(),
                    figures.skipped(),
                    took.toSeconds() / 60.0,
                    verdict());
        }

        String verdict() {
            return figures.passed() ? "passed" : figures.complete() ? "FAILED" : "DID NOT FINISH";
        }
    }

    private final Project project;
    private final Consumer<String> progress;
    private final List<Celery> celeries;
    private final Function<Map<String, String>, Integer> tests;

    /**
     * @param celeries at least one; each runs with all servers
     * @param tests runs the integration tests with these environment variables; its exit code
     */
    Matrix(
            Project project,
            Consumer<String> progress,
            List<Celery> celeries,
            Function<Map<String, String>, Integer> tests) {
        this.project = project;
        this.progress = progress;
        this.celeries = List.copyOf(celeries);
        this.tests = tests;
    }

    /**
     * Returns what came of each Celery with the servers of newer releases.
     *
     * @param own also with this machine's servers; null = not
     */
    List<Row> run(@Nullable Servers own) {
        List<Servers> all = new ArrayList<>();
        if (own != null) {
            all.add(own);
        }
        PAIRS.forEach(pair -> all.add(servers(pair, ServerRoot.of(pair.release(), project, progress))));
        return run(all);
    }

    /** Returns what came of each Celery with these servers. */
    List<Row> run(List<Servers> all) {
        List<Row> rows = new ArrayList<>();
        for (Servers servers : all) {
            for (Celery celery : celeries) {
                rows.add(run(servers, celery));
            }
        }
        progress.accept(table(rows));
        return rows;
    }

    private static Servers servers(Pair pair, ServerRoot root) {
        return new Servers(
                "RabbitMQ " + root.version("rabbitmq-server"),
                pair.store().replace("-server", "") + " " + root.version(pair.store()),
                Map.of(
                        RABBITMQ, root.program("rabbitmq-server").toString(),
                        REDIS, root.program(pair.store()).toString()));
    }

    private Row run(Servers servers, Celery celery) {
        progress.accept("=== " + celery.name() + ", " + servers.broker() + ", " + servers.store());
        TestFigures.clear(project);
        Map<String, String> environment = new HashMap<>(celery.environment());
        environment.putAll(servers.environment());
        long begin = System.nanoTime();
        int exit = tests.apply(environment);
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        TestFigures figures = TestFigures.of(project);
        boolean complete = figures.complete() && exit == 0;
        return new Row(
                celery.name(),
                servers.broker(),
                servers.store(),
                new TestFigures(figures.run(), figures.failed(), figures.skipped(), complete),
                took);
    }

    static String table(List<Row> rows) {
        StringBuilder table = new StringBuilder(
                "\ncelery         broker           store                  tests  failed  skipped  minutes  result\n");
        rows.forEach(row -> table.append(row.line()).append('\n'));
        return table.toString();
    }
}
