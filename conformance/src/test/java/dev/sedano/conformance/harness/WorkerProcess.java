package dev.sedano.conformance.harness;

import dev.sedano.services.FreePorts;
import dev.sedano.services.Guard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/**
 * A worker in a JVM of its own, as users run it. Its log is kept in {@code target/workers} when a test fails. Started by
 * {@link WorkerSetup}; one owner controls it, metrics may be read from any thread.
 */
public final class WorkerProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private final Process process;
    private final Guard guard;
    private final int httpPort;
    private final Path folder;
    private final List<String> queues;
    private boolean ended;

    private WorkerProcess(Process process, Guard guard, int httpPort, Path folder, List<String> queues) {
        this.process = process;
        this.guard = guard;
        this.httpPort = httpPort;
        this.folder = folder;
        this.queues = queues;
    }

    static WorkerProcess launch(WorkerSetup setup) {
        int port = FreePorts.next();
        try {
            ProcessBuilder builder = new ProcessBuilder(setup.command(port))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            setup.folder().resolve("worker.log").toFile()));
            builder.environment().putAll(setup.environment());
            Process process = builder.start();
            return new WorkerProcess(process, Guard.of(process), port, setup.folder(), setup.queues());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the worker consumes; fails with its log if it ends or is late. */
    public WorkerProcess awaitReady() {
        return awaitReady(START_LIMIT);
    }

    /** As above, at most {@code limit}. */
    public WorkerProcess awaitReady(Duration limit) {
        Awaitility.await("worker ready")
                .atMost(limit)
                .pollInterval(Duration.ofMillis(25))
                .until(() -> isReady() || !process.isAlive());
        if (!process.isAlive()) {
            throw new AssertionError("the worker ended with " + process.exitValue() + ":\n" + log());
        }
        return this;
    }

    /** Whether {@code /health/ready} says so now. */
    public boolean isReady() {
        try {
            return get("/health/ready").statusCode() == 200;
        } catch (UncheckedIOException notListening) {
            return false;
        }
    }

    /** Whether it answers at all. */
    boolean answers() {
        try {
            return !health().isEmpty();
        } catch (UncheckedIOException notListening) {
            return false;
        }
    }

    /** What {@code /health/ready} says. */
    public String health() {
        return get("/health/ready").body().strip();
    }

    /** The metrics now. */
    public Metrics metrics() {
        return Metrics.parse(get("/metrics").body());
    }

    private HttpResponse<String> get(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading " + path, e);
        }
    }

    /** Ends it as a crash does (SIGKILL); returns when it is gone. */
    public void kill9() {
        ended = true;
        process.destroyForcibly();
        process.onExit().join();
        guard.dismiss();
    }

    /** Stops its execution (SIGSTOP). */
    public void freeze() {
        signal("STOP");
    }

    /** Lets it go on (SIGCONT). */
    public void thaw() {
        signal("CONT");
    }

    /** Asks it to end (SIGTERM); returns at once. */
    public void term() {
        ended = true;
        signal("TERM");
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

    /** Waits for its end and returns the exit code. */
    public int awaitExit(Duration limit) {
        ended = true;
        try {
            int code = process.onExit()
                    .get(limit.toMillis(), TimeUnit.MILLISECONDS)
                    .exitValue();
            guard.dismiss();
            return code;
        } catch (TimeoutException | ExecutionException e) {
            throw new AssertionError("the worker did not end within " + limit + ":\n" + log(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a worker ends", e);
        }
    }

    /** Whether the test itself ended it, or asked it to end. */
    boolean wasEnded() {
        return ended;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /** The queues it consumes. */
    public List<String> queues() {
        return queues;
    }

    /** Where its log and, unless told otherwise, its state folder lie. */
    public Path folder() {
        return folder;
    }

    /** All it printed so far. */
    public String log() {
        try {
            return Files.readString(folder.resolve("worker.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last {@code lines} of what it printed. */
    String endOfLog(int lines) {
        List<String> all = log().lines().toList();
        return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
    }

    /** Ends it at once; its folder stays. */
    @Override
    public void close() {
        if (process.isAlive()) {
            kill9();
        }
    }
}
