package dev.sedano.conformance.suite;

import com.rabbitmq.client.Connection;
import dev.sedano.conformance.harness.PythonCelery;
import dev.sedano.conformance.harness.TestBroker;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.services.Guard;
import dev.sedano.services.OwnSession;
import dev.sedano.task.TaskModule;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import redis.clients.jedis.Jedis;
import tools.jackson.databind.json.JsonMapper;

/**
 * Celery's own integration suite, unchanged, against a worker of ours: one with the tasks of {@link SuiteModule} and the
 * settings that the suite gives the worker it would start itself. A broker and a store of its own, as the suite purges the
 * one and compares the channels of the other. Not thread-safe.
 */
final class CelerySuite implements AutoCloseable {
    private static final Path HARNESS = Path.of("src/test/python/celery_suite").toAbsolutePath();
    private static final String NODE = "sedano@suite";

    private final SuiteFiles files;
    private final TestBroker broker = TestBroker.start();
    private final TestStore store = TestStore.start();

    private CelerySuite(SuiteFiles files) {
        this.files = files;
    }

    /** Gets the suite and starts the servers; skips or fails the test if there is no Python with Celery. */
    static CelerySuite start() {
        CelerySuite suite = new CelerySuite(SuiteFiles.provide(PythonCelery.program()));
        suite.broker.control("trace_on"); // receivers of task_received in the tests are fed from the trace
        return suite;
    }

    /** The lines of a list of tests beside the harness, without comments. */
    static List<String> list(String name) {
        try {
            return Files.readAllLines(HARNESS.resolve(name)).stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs tests, and the worker while they run.
     *
     * @param app the tasks of the worker
     * @param tests their ids
     * @param limit how long one of them may take
     * @param folder for logs and results
     * @param progress gets what pytest prints
     */
    SuiteResult run(
            Class<? extends TaskModule> app,
            List<String> tests,
            Duration limit,
            Path folder,
            Consumer<String> progress) {
        try {
            Files.createDirectories(folder);
            Path results = folder.resolve("results.json");
            Files.deleteIfExists(results);
            Files.write(folder.resolve("tests.txt"), tests);
            ProcessBuilder builder = new ProcessBuilder(OwnSession.command(pytest(tests)))
                    .directory(files.source().toFile())
                    .redirectErrorStream(true);
            builder.environment().putAll(environment(app, folder, limit));
            Process pytest = builder.start();
            Guard guard = Guard.of(pytest);
            follow(pytest, folder.resolve("pytest.log"), progress);
            pytest.onExit().join();
            guard.dismiss();
            if (!Files.exists(results)) {
                throw new AssertionError("pytest ended with " + pytest.exitValue() + " and no results:\n"
                        + Files.readString(folder.resolve("pytest.log")));
            }
            return SuiteResult.read(results);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What takes part, in one line. */
    String versions() {
        try (Connection connection = broker.connect();
                Jedis redis = store.connect(0)) {
            String server = redis.info("server");
            return "Celery " + files.celery() + ", RabbitMQ "
                    + connection.getServerProperties().get("version") + ", "
                    + (server.contains("valkey_version:")
                            ? "Valkey " + field(server, "valkey_version")
                            : "Redis " + field(server, "redis_version"))
                    + ", Java " + Runtime.version().feature();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String field(String info, String name) {
        return info.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElse("of unknown version");
    }

    private static void follow(Process pytest, Path log, Consumer<String> progress) throws IOException {
        try (BufferedReader lines = pytest.inputReader(StandardCharsets.UTF_8);
                PrintWriter copy = new PrintWriter(Files.newBufferedWriter(log), true)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                copy.println(line);
                progress.accept(line);
            }
        }
    }

    private List<String> pytest(List<String> tests) {
        List<String> command = new ArrayList<>(List.of(
                files.python().toString(),
                "-m",
                "pytest",
                "-p",
                "suite_plugin",
                "-p",
                "celery.contrib.pytest",
                "-p",
                "no:cacheprovider",
                "-v",
                "--tb=short"));
        // Only files that hold such tests are imported: others need packages that these do not.
        tests.stream()
                .map(test -> test.substring(0, test.indexOf("::")))
                .distinct()
                .forEach(command::add);
        return command;
    }

    private Map<String, String> environment(Class<? extends TaskModule> app, Path folder, Duration limit) {
        URI redis = URI.create(store.url(0));
        return Map.ofEntries(
                Map.entry("PYTHONPATH", HARNESS + ":" + files.packages()),
                Map.entry("PYTHONDONTWRITEBYTECODE", "1"),
                Map.entry("TEST_BROKER", broker.url().replaceFirst("amqp:", "pyamqp:") + "//"),
                Map.entry("TEST_BACKEND", store.url(0)),
                Map.entry("REDIS_HOST", redis.getHost()),
                Map.entry("REDIS_PORT", Integer.toString(redis.getPort())),
                Map.entry("SUITE_COMMAND", JsonMapper.shared().writeValueAsString(worker(app, folder))),
                Map.entry("SUITE_NODE", NODE),
                Map.entry("SUITE_TESTS", folder.resolve("tests.txt").toString()),
                Map.entry("SUITE_TEST_LIMIT", Long.toString(limit.toSeconds())),
                Map.entry("SUITE_OUT", folder.toString()));
    }

    private List<String> worker(Class<? extends TaskModule> app, Path folder) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.sedano.worker.cli.Main",
                "worker",
                "-A",
                app.getName(),
                "--broker",
                broker.url(),
                "--result-backend",
                store.url(0),
                "-Q",
                "celery",
                "-c",
                "1",
                // As many as Celery's own worker holds: it takes four ahead and has acked the one that runs. The
                // suite's
                // producer makes `expires` the message's life in the queue, too: what nobody took by then is dropped
                // unseen, and `test_expired` sends it behind four tasks of two seconds. What more is taken ahead the
                // suite's purges between tests do not reach.
                "--prefetch-multiplier",
                "5",
                "-n",
                NODE,
                "-E",
                "--result-extended",
                "--http",
                "off",
                "--state-dir",
                folder.resolve("state").toString());
    }

    @Override
    public void close() {
        broker.close();
        store.close();
    }
}
