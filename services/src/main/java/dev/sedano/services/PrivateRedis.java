package dev.sedano.services;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;

/**
 * A Redis (or Valkey) server of our own on a free port of 127.0.0.1, with a folder of its own, for development and tests.
 * It can be killed, frozen, stopped and started again on the same port with the same data, and ends with this JVM.
 *
 * <p>The machine's {@code redis-server} or {@code valkey-server} is used, else the real server (6.2) packed in
 * embedded-redis. Methods block until the server has done what was asked. Not thread-safe: one owner controls it.
 */
public final class PrivateRedis implements StoppableStore {
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
    /** How much higher the port is on which the nodes of a cluster hear each other. */
    private static final int BUS = 10_000;

    private final ServerFolder folder;
    private final int port;
    private final int tlsPort;
    private final Path program;
    private ServerProcess process;

    private PrivateRedis(Builder builder) {
        folder = ServerFolder.of(builder.folder, "redis");
        port = builder.cluster ? FreePorts.nextOfTwo(BUS) : FreePorts.next();
        tlsPort = builder.certificates == null ? 0 : FreePorts.next();
        program = program();
        folder.write("redis.conf", configuration(builder));
        process = launch();
    }

    /** Starts a server with an append-only file ({@code everysec}) in a temporary folder. */
    public static PrivateRedis start() {
        return builder().start();
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * The environment variable that names the server program to use instead of the machine's, to test with other versions.
     */
    public static final String PROGRAM_VARIABLE = "SEDANO_TEST_REDIS";

    /** Returns the installed server that would be used, or empty when only the packed one is left. */
    public static Optional<Path> installed() {
        String chosen = System.getenv(PROGRAM_VARIABLE);
        if (chosen == null || chosen.isBlank()) {
            return Programs.find("redis-server", "valkey-server");
        }
        Path program = Path.of(chosen);
        if (!Files.isExecutable(program)) {
            throw new ServiceException(PROGRAM_VARIABLE + " names " + program
                    + ", which is no program: give the path of a redis-server or valkey-server, or unset it");
        }
        return Optional.of(program.toAbsolutePath());
    }

    static Path program() {
        return installed().orElseGet(PrivateRedis::packed);
    }

    private static Path packed() {
        try {
            return ExecutableProvider.newJarResourceProvider().get().toPath();
        } catch (IOException | RuntimeException e) {
            throw new ServiceException(
                    "no redis-server or valkey-server on this machine, and the packed one does not fit it; install redis-server",
                    e);
        }
    }

    private String configuration(Builder builder) {
        List<String> lines = new ArrayList<>(List.of(
                "bind 127.0.0.1",
                "port " + port,
                "daemonize no",
                "save \"\"",
                "maxmemory-policy noeviction",
                "appendonly " + (builder.appendOnly ? "yes" : "no"),
                "appendfsync everysec"));
        PrivateCertificates certificates = builder.certificates;
        if (certificates != null) {
            lines.add("tls-port " + tlsPort);
            lines.add("tls-ca-cert-file " + certificates.authority());
            lines.add("tls-cert-file " + certificates.certificateOf(builder.certificate));
            lines.add("tls-key-file " + certificates.keyOf(builder.certificate));
        }
        lines.addAll(builder.settings);
        return String.join("\n", lines) + "\n";
    }

    private ServerProcess launch() {
        ServerProcess started =
                ServerProcess.start("redis", List.of(program.toString(), "redis.conf"), Map.of(), folder);
        started.awaitReady(() -> Handshake.redisAnswers(port), START_LIMIT);
        return started;
    }

    /** Returns {@code redis://127.0.0.1:port/database}. */
    @Override
    public String url(int database) {
        return "redis://127.0.0.1:" + port + "/" + database;
    }

    public int port() {
        return port;
    }

    /** Returns the port that speaks TLS, or 0 if none was asked for. */
    public int tlsPort() {
        return tlsPort;
    }

    /** Returns where the server keeps its data and log. */
    public Path folder() {
        return folder.path();
    }

    /** Returns the process id of the server that runs now or ran last. */
    public long pid() {
        return process.pid();
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    /** Ends the server as a crash does (SIGKILL); {@link #restart()} brings it back. */
    public void kill() {
        process.kill();
    }

    /** Stops the server's execution (SIGSTOP): connections stay open and nothing answers. */
    public void freeze() {
        process.signal("STOP");
    }

    /** Lets a frozen server go on (SIGCONT). */
    public void thaw() {
        process.signal("CONT");
    }

    /** Ends the server in order (SIGTERM): what it holds is in its append-only file. */
    @Override
    public void stop() {
        thaw();
        process.stop(STOP_LIMIT);
    }

    /** Starts the server again on the same port with the data it kept; ends it first if it still runs. */
    @Override
    public void restart() {
        if (process.isAlive()) {
            stop();
        }
        process = launch();
    }

    /** Ends the server at once and removes its folder unless it was given. */
    @Override
    public void close() {
        process.kill();
        folder.discard();
    }

    /** Choices before the start. Not thread-safe. */
    public static final class Builder {
        private boolean appendOnly = true;
        private boolean cluster;
        private @Nullable Path folder;
        private @Nullable PrivateCertificates certificates;
        private String certificate = "";
        private final List<String> settings = new ArrayList<>();

        private Builder() {}

        /** Whether writes are kept in an append-only file; without it a restart loses everything. Default true. */
        public Builder appendOnly(boolean appendOnly) {
            this.appendOnly = appendOnly;
            return this;
        }

        /** The folder for data and log, kept at the end. Default: a temporary one, removed at the end. */
        public Builder folder(Path folder) {
            this.folder = folder;
            return this;
        }

        /** Makes the server a replica of {@code primary}. */
        public Builder replicaOf(PrivateRedis primary) {
            return setting("replicaof 127.0.0.1 " + primary.port()).setting("repl-diskless-sync-delay 0");
        }

        /** Opens a second port with TLS, with the certificate {@code name}; clients have to bring one of the same authority. */
        public Builder tls(PrivateCertificates issued, String name) {
            this.certificates = issued;
            this.certificate = name;
            return this;
        }

        /** Makes the server a node of a cluster, which also listens on a port that is higher by 10,000. */
        Builder cluster() {
            this.cluster = true;
            return setting("cluster-enabled yes").setting("cluster-config-file nodes.conf");
        }

        /** Adds a line of {@code redis.conf}, e.g. {@code maxmemory 4mb}. */
        public Builder setting(String line) {
            settings.add(line);
            return this;
        }

        /** Starts the server and returns when it answers PING; throws {@link ServiceException} with its log if not. */
        public PrivateRedis start() {
            return new PrivateRedis(this);
        }
    }
}
