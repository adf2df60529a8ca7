package dev.sedano.worker.idempotency.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** A redis-server of the test's own, on a free port of 127.0.0.1, which can be frozen, killed and started again. */
final class PrivateRedis implements AutoCloseable {
    private final int port;
    private final Path folder;
    private final List<String> options;
    private Process process;

    PrivateRedis(String... options) {
        try {
            this.port = freePort();
            this.folder = Files.createTempDirectory("sedano-redis");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.options = List.of(options);
        this.process = launch();
    }

    /** Low enough for a cluster's bus, which listens 10,000 ports higher. */
    private static int freePort() throws IOException {
        while (true) {
            try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (probe.getLocalPort() < 55_000) {
                    return probe.getLocalPort();
                }
            }
        }
    }

    URI uri() {
        return URI.create("redis://127.0.0.1:" + port);
    }

    int port() {
        return port;
    }

    Jedis client() {
        return new Jedis("127.0.0.1", port, 5000);
    }

    /** SIGSTOP: the kernel still accepts connections, nobody answers. */
    void freeze() {
        signal("-STOP");
    }

    void thaw() {
        signal("-CONT");
    }

    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void restart() {
        process = launch();
    }

    /** Starts it again, and loads its snapshot so slowly that it refuses commands meanwhile. */
    void restartLoading() {
        process = spawn("--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024");
    }

    /** Where it keeps its snapshots. */
    Path folder() {
        return folder;
    }

    @Override
    public void close() {
        kill();
        try (var files = Files.walk(folder)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(each -> each.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process launch() {
        Process started = spawn();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(this::answers);
        return started;
    }

    private Process spawn(String... more) {
        List<String> command = new ArrayList<>(List.of(
                "redis-server",
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                folder.toString(),
                "--logfile",
                folder.resolve("log").toString()));
        command.addAll(options);
        command.addAll(List.of(more));
        try {
            return new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("redis-server must be on the PATH", e);
        }
    }

    private boolean answers() {
        try (Jedis jedis = client()) {
            jedis.ping();
            return true;
        } catch (JedisException e) {
            return e.getMessage() != null && e.getMessage().contains("NOAUTH");
        }
    }

    private void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("kill " + name + " failed: " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
