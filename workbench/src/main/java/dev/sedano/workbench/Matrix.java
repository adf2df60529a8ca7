package dev.sedano.workbench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs the integration tests against servers of other versions than this machine's, one pair of broker and store after the
 * other, and shows what came of it. Not thread-safe.
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

    /** What came of a pair. */
    record Row(String broker, String store, TestFigures figures, Duration took) {
        String line() {
            return String.format(
                    Locale.ROOT,
                    "%-16s %-22s %5d %7d %8d %8.1f  %s",
                    broker,
                    store,
                    figures.run(),
                    figures.failed(),
                    figures.skipped(),
                    took.toSeconds() / 60.0,
                    figures.passed() ? "passed" : figures.complete() ? "FAILED" : "DID NOT FINISH");
        }
    }

    private final Project project;
    private final Consumer<String> progress;
    private final Function<Map<String, String>, Integer> tests;

    /** @param tests runs the integration tests with these environment variables; its exit code */
    Matrix(Project project, Consumer<String> progress, Function<Map<String, String>, Integer> tests) {
        this.project = project;
        this.progress = progress;
        this.tests = tests;
    }

    /** Returns whether all tests passed with all servers. */
    boolean run() {
        List<ServerRoot> roots = PAIRS.stream()
                .map(pair -> ServerRoot.of(pair.release(), project, progress))
                .toList();
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < PAIRS.size(); i++) {
            rows.add(run(PAIRS.get(i), roots.get(i)));
        }
        progress.accept(table(rows));
        return rows.stream().allMatch(row -> row.figures().passed());
    }

    private Row run(Pair pair, ServerRoot root) {
        String broker = "RabbitMQ " + root.version("rabbitmq-server");
        String store = pair.store().replace("-server", "") + " " + root.version(pair.store());
        progress.accept("=== " + broker + ", " + store);
        TestFigures.clear(project);
        long begin = System.nanoTime();
        int exit = tests.apply(Map.of(
                RABBITMQ, root.program("rabbitmq-server").toString(),
                REDIS, root.program(pair.store()).toString()));
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        TestFigures figures = TestFigures.of(project);
        boolean complete = figures.complete() && exit == 0;
        return new Row(
                broker, store, new TestFigures(figures.run(), figures.failed(), figures.skipped(), complete), took);
    }

    static String table(List<Row> rows) {
        StringBuilder table = new StringBuilder(
                "\nbroker           store                  tests  failed  skipped  minutes  result\n");
        rows.forEach(row -> table.append(row.line()).append('\n'));
        return table.toString();
    }
}
