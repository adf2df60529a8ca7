package dev.sedano.conformance.golden;

import dev.sedano.conformance.harness.PythonCelery;
import dev.sedano.services.Guard;
import dev.sedano.services.OwnSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** Celery's own worker with {@code golden_tasks.py}, in a process (group) of its own. One owner controls it. */
record ReferenceWorker(Process process, Guard guard, Path log) implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Path TASKS = Path.of("src/test/python").toAbsolutePath();

    /** Starts it and waits until it consumes; skips or fails the test if there is no Python with Celery. */
    static ReferenceWorker start(String broker, String backend) {
        List<String> command = List.of(
                PythonCelery.program().toString(),
                "-m",
                "celery",
                "-A",
                "golden_tasks",
                "worker",
                "-E",
                "-c",
                "4",
                "-Q",
                Replay.QUEUE,
                "--without-mingle",
                "--without-gossip",
                "-l",
                "INFO");
        try {
            Path log = Files.createTempFile(Files.createDirectories(Path.of("target/workers")), "reference-", ".log");
            ProcessBuilder builder = new ProcessBuilder(OwnSession.command(command))
                    .directory(TASKS.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().putAll(Map.of("BROKER", broker, "BACKEND", backend, "PYTHONDONTWRITEBYTECODE", "1"));
            Process process = builder.start();
            ReferenceWorker worker = new ReferenceWorker(process, Guard.of(process), log);
            Awaitility.await("reference worker ready")
                    .atMost(START_LIMIT)
                    .until(() -> Files.readString(log).contains(" ready.") || !process.isAlive());
            return worker;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
        guard.dismiss();
    }
}
