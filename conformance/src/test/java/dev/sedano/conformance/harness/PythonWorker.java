package dev.sedano.conformance.harness;

import dev.sedano.services.Guard;
import dev.sedano.services.OwnSession;
import dev.sedano.worker.runtime.ScriptFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * A Celery worker of its own process (group) that runs {@code idempotent_worker.py}: the tasks of {@link LedgerTasks}
 * under the claims of examples/python/sedano_idempotent.py. One owner controls it.
 */
public final class PythonWorker implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Path TASKS = Path.of("src/test/python").toAbsolutePath();
    private static final Path SCRIPTS =
            Path.of("target/workers", "lua-" + ProcessHandle.current().pid()).toAbsolutePath();

    /** What it works with; {@code pool} is Celery's, {@code lease} in whole seconds. */
    public record Setup(
            String broker,
            String store,
            Ledger ledger,
            String queue,
            String pool,
            Duration lease,
            boolean dies,
            String app,
            String publishesTo) {
        /** One process, so that killing it kills the task. */
        public static Setup solo(Harness harness, String queue) {
            return new Setup(
                    harness.broker().url(),
                    TestStore.shared().url(0),
                    harness.ledger(),
                    queue,
                    "solo",
                    Duration.ofSeconds(30),
                    false,
                    "idempotent_worker",
                    harness.broker().url());
        }

        /** A parent and two processes that run tasks. */
        public Setup prefork() {
            return new Setup(broker, store, ledger, queue, "prefork", lease, dies, app, publishesTo);
        }

        public Setup lease(Duration shorter) {
            return new Setup(broker, store, ledger, queue, pool, shorter, dies, app, publishesTo);
        }

        /** It kills itself between the record of what follows a run and its sending. */
        public Setup dyingBeforeItSends() {
            return new Setup(broker, store, ledger, queue, pool, lease, true, app, publishesTo);
        }

        public Setup store(String url) {
            return new Setup(broker, url, ledger, queue, pool, lease, dies, app, publishesTo);
        }

        /** It runs another script of that folder, by name; {@code url} is where it publishes. */
        public Setup running(String script, String url) {
            return new Setup(broker, store, ledger, queue, pool, lease, dies, script, url);
        }
    }

    private final Process process;
    private final Guard guard;
    private final Path log;

    private PythonWorker(Process process, Guard guard, Path log) {
        this.process = process;
        this.guard = guard;
        this.log = log;
    }

    /** Starts a worker and waits until it consumes; skips or fails the test if there is no Python with Celery. */
    public static PythonWorker start(Setup setup) {
        return start(setup, "--without-gossip", "--without-mingle");
    }

    /** As {@link #start}, but it looks around for other workers, and keeps an eye on them. */
    public static PythonWorker startSociable(Setup setup) {
        return start(setup, new String[0]);
    }

    /** As {@link #start}, but it sends nothing by itself. */
    public static PythonWorker startSilent(Setup setup) {
        return start(setup, "--without-gossip", "--without-mingle", "--without-heartbeat");
    }

    private static PythonWorker start(Setup setup, String... options) {
        ScriptFolder.write(SCRIPTS);
        List<String> command = new ArrayList<>(List.of(
                PythonCelery.program().toString(),
                "-m",
                "celery",
                "-A",
                setup.app(),
                "worker",
                "-P",
                setup.pool(),
                "-c",
                "2",
                "-n",
                "python-" + UUID.randomUUID() + "@%h",
                "-l",
                "INFO"));
        command.addAll(List.of(options));
        try {
            Path log = Files.createTempFile(Files.createDirectories(Path.of("target/workers")), "python-", ".log");
            ProcessBuilder builder = new ProcessBuilder(OwnSession.command(command))
                    .directory(TASKS.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment()
                    .putAll(Map.of(
                            "BROKER",
                            setup.broker(),
                            "PUBLISHES_TO",
                            setup.publishesTo(),
                            "BACKEND",
                            setup.store(),
                            "STORE",
                            setup.store(),
                            "QUEUE",
                            setup.queue(),
                            "LEASE",
                            Long.toString(setup.lease().toSeconds()),
                            "SCRIPTS",
                            SCRIPTS.toString(),
                            "PYTHONDONTWRITEBYTECODE",
                            "1",
                            Ledger.VARIABLE,
                            setup.ledger().file().toString()));
            if (setup.dies()) {
                builder.environment().put("DIE", "before-sending");
            }
            Process process = builder.start();
            return new PythonWorker(process, Guard.of(process), log).awaitReady();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private PythonWorker awaitReady() {
        Awaitility.await("Python worker ready")
                .atMost(START_LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> log().contains(" ready.") || !process.isAlive());
        if (!process.isAlive()) {
            throw new AssertionError("the Python worker ended with " + process.exitValue() + ":\n" + log());
        }
        return this;
    }

    /** Its node name, as it printed it. */
    public String node() {
        Matcher ready = Pattern.compile("(python-\\S+) ready\\.").matcher(log());
        if (!ready.find()) {
            throw new AssertionError("no node name in:\n" + log());
        }
        return ready.group(1);
    }

    /** All it printed so far. */
    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it and its children as a crash of the machine does; returns when they are gone. */
    public void kill9() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
        guard.dismiss();
    }

    /** Stops the execution of its main process (SIGSTOP). */
    public void freeze() {
        signal("STOP");
    }

    /** Lets it go on (SIGCONT). */
    public void thaw() {
        signal("CONT");
    }

    /** Asks it to end when what runs has ended (SIGTERM); returns at once. */
    public void term() {
        signal("TERM");
    }

    /** Waits for its end. */
    public void awaitExit(Duration limit) {
        Awaitility.await("end of the Python worker").atMost(limit).until(() -> !process.isAlive());
        guard.dismiss();
    }

    private void signal(String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Ends one of its processes as the kernel does when memory is out.
     *
     * @param pid of a child
     */
    public void killChild(long pid) {
        process.descendants()
                .filter(child -> child.pid() == pid)
                .findFirst()
                .orElseThrow(() -> new AssertionError("process " + pid + " is no child of this worker"))
                .destroyForcibly();
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill9();
        }
    }
}
