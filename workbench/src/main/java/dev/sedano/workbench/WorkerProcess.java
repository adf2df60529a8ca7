package dev.sedano.workbench;

import dev.sedano.services.FreePorts;
import dev.sedano.services.Guard;
import dev.sedano.services.OwnSession;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A worker in a JVM of its own, as a user starts it. Closing it is a warm shutdown: SIGTERM, time to finish what runs, and
 * only then the end by force. Thread-safe.
 */
public final class WorkerProcess implements AutoCloseable {
    private static final String MAIN_CLASS = "dev.sedano.worker.cli.Main";
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(70); // the worker's own limit and some
    private static final Duration POLL = Duration.ofMillis(100);

    private final Process process;
    private final Guard guard;
    private final WorkerHttp http;

    private final @Nullable Path log;

    private WorkerProcess(Process process, Guard guard, WorkerHttp http, @Nullable Path log) {
        this.log = log;
        this.process = process;
        this.guard = guard;
        this.http = http;
    }

    /**
     * Starts a worker with a free port for health and metrics.
     *
     * @param options of {@code sedano worker}, without --http
     * @param environment added to our own; URLs go here rather than into the command line, which everybody can read
     * @param log where its output is appended, or null for our own terminal
     */
    public static WorkerProcess start(List<String> options, Map<String, String> environment, @Nullable Path log) {
        int port = FreePorts.next();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                MAIN_CLASS,
                "worker",
                "--http",
                "127.0.0.1:" + port));
        command.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(OwnSession.command(command)).redirectInput(new File("/dev/null"));
        builder.environment().putAll(environment);
        if (log == null) {
            builder.redirectOutput(ProcessBuilder.Redirect.INHERIT).redirectError(ProcessBuilder.Redirect.INHERIT);
        } else {
            builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        }
        try {
            Process process = builder.start();
            return new WorkerProcess(process, Guard.of(process), new WorkerHttp(port), log);
        } catch (IOException e) {
            throw new WorkbenchException("cannot start a worker: " + e.getMessage(), e);
        }
    }

    /** Its health and metrics. */
    public WorkerHttp http() {
        return http;
    }

    /** Waits until the worker consumes and its store is up. */
    public void awaitReady() {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!http.isReady()) {
            if (ended(POLL)) {
                throw new WorkbenchException("the worker ended with exit code " + process.exitValue() + whereToLook());
            }
            if (System.nanoTime() - deadline > 0) {
                throw new WorkbenchException(
                        "the worker was not ready within " + START_LIMIT.toSeconds() + " s" + whereToLook());
            }
        }
    }

    private String whereToLook() {
        return log == null ? "; its log is above" : "; its log is " + log;
    }

    /** Whether the process still runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for the worker's end, however long it takes, and returns its exit code. */
    public int awaitEnd() {
        return process.onExit().join().exitValue();
    }

    /** Ends the worker as a crash does (SIGKILL), and returns when it is gone. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
        guard.dismiss();
    }

    @Override
    public void close() {
        process.destroy();
        if (!ended(STOP_LIMIT)) {
            process.destroyForcibly();
            process.onExit().join();
        }
        guard.dismiss();
    }

    private boolean ended(Duration limit) {
        try {
            process.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException running) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("waiting for a process cannot fail", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
