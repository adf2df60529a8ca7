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
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = probe.getLocalPort();
            this.folder = Files.createTempDirectory("sedano-redis");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.options = List.of(options);
        this.process = launch();
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
                folder.resolve("log").toString(),
                "--enable-debug-command",
                "local"));
        command.addAll(options);
        try {
            Process started = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(20))
                    .until(this::answers);
            return started;
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
