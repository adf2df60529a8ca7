package dev.sedano.conformance.chaos;

import dev.sedano.services.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A worker in a JVM of its own, which can be frozen and killed. Not thread-safe. */
final class ChaosWorkerProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final double CLOCK_TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux

    /**
     * How to start it.
     *
     * @param folder where ledgers, logs and state go
     * @param leaseSeconds how long a claim holds without renewal
     */
    record Settings(
            String node,
            Path folder,
            String broker,
            String store,
            String queues,
            int concurrency,
            int leaseSeconds,
            Failpoint failpoint) {
        ChaosWorkerProcess start() {
            return new ChaosWorkerProcess(this);
        }
    }

    private final Settings settings;
    private final int port = FreePorts.next();
    private final MetricsPage metrics = new MetricsPage(port);
    private final Process process;

    private ChaosWorkerProcess(Settings settings) {
        this.settings = settings;
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path")));
        property(command, "node", settings.node());
        property(command, "folder", settings.folder());
        property(command, "broker", settings.broker());
        property(command, "store", settings.store());
        property(command, "queues", settings.queues());
        property(command, "concurrency", settings.concurrency());
        property(command, "lease", settings.leaseSeconds());
        property(command, "failpoint", settings.failpoint());
        property(command, "http", port);
        command.add("dev.sedano.worker.runtime.ChaosWorker");
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "end " + settings.node()));
    }

    private static void property(List<String> command, String name, Object value) {
        command.add("-Dchaos." + name + "=" + value);
    }

    private Path log() {
        return settings.folder().resolve(settings.node() + ".log");
    }

    MetricsPage metrics() {
        return metrics;
    }

    ChaosWorkerProcess awaitConsuming() {
        Awaitility.await("worker " + settings.node() + " consumes, log " + log())
                .atMost(START_LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> !process.isAlive() || metrics.sum("sedano_consuming") == 1);
        if (!process.isAlive()) {
            throw new AssertionError("worker " + settings.node() + " ended: " + logTail());
        }
        return this;
    }

    /** SIGTERM; it ends when it has put its work in order. */
    void terminate() {
        process.destroy();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until it has ended by itself. */
    int awaitExit() {
        Awaitility.await("end of worker " + settings.node() + ", log " + log())
                .atMost(START_LIMIT)
                .until(() -> !process.isAlive());
        return process.exitValue();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** SIGSTOP: everything stays open and nothing moves. */
    void freeze() {
        signal("-STOP");
    }

    /** SIGCONT. */
    void thaw() {
        signal("-CONT");
    }

    private void signal(String signal) {
        try {
            new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Processor time used so far, in seconds. */
    double cpuSeconds() {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            // The second field is the command in parentheses; user and system time are fields 14 and 15.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / CLOCK_TICKS_PER_SECOND;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String logTail() {
        try {
            String text = Files.readString(log());
            return text.substring(Math.max(0, text.length() - 3_000));
        } catch (IOException e) {
            return "(no log)";
        }
    }

    /** SIGTERM, then SIGKILL when it takes too long. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }
}
