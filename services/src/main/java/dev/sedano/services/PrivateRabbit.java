package dev.sedano.services;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A RabbitMQ node of our own on free ports of 127.0.0.1, started from the machine's {@code rabbitmq-server} without its
 * system service: node name, folders, cookie and port mapper (epmd) are private. It can be killed and started again with
 * the same data, and ends with this JVM.
 *
 * <p>Methods block until the node has done what was asked. Not thread-safe: one owner controls it.
 */
public final class PrivateRabbit implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration CONTROL_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    private final ServerFolder folder;
    private final RabbitPrograms programs;
    private final int port = FreePorts.next();
    private final int tlsPort;
    private final int distributionPort = FreePorts.next();
    private final int epmdPort = FreePorts.next();
    private final ServerProcess epmd;
    private ServerProcess process;

    private PrivateRabbit(Builder builder) {
        programs = RabbitPrograms.find()
                .orElseThrow(() -> new ServiceException("no rabbitmq-server on this machine; install rabbitmq-server"));
        folder = ServerFolder.of(builder.folder, "rabbitmq");
        folder.write("enabled_plugins", "[].\n");
        tlsPort = builder.certificates == null ? 0 : FreePorts.next();
        folder.write("rabbitmq.conf", configuration(builder));
        // A port mapper that is our child: left alone, the node would start one as a daemon that outlives it.
        epmd = ServerProcess.start(
                "epmd",
                List.of(programs.epmd().toString(), "-port", Integer.toString(epmdPort), "-address", "127.0.0.1"),
                Map.of(),
                new ServerFolder(folder.path(), false));
        try {
            process = launch();
        } catch (RuntimeException e) {
            epmd.kill();
            throw e;
        }
    }

    /** Starts a node with default settings in a temporary folder. */
    public static PrivateRabbit start() {
        return builder().start();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Returns the installed server program that would be used, if there is one. */
    public static Optional<Path> installed() {
        return RabbitPrograms.find().map(RabbitPrograms::server);
    }

    private String configuration(Builder builder) {
        List<String> lines = new ArrayList<>(List.of(
                "listeners.tcp.1 = 127.0.0.1:" + port,
                "disk_free_limit.absolute = 20MB",
                "log.console = false",
                "log.file.level = info"));
        PrivateCertificates certificates = builder.certificates;
        if (certificates != null) {
            lines.add("listeners.ssl.1 = 127.0.0.1:" + tlsPort);
            lines.add("ssl_options.cacertfile = " + certificates.authority());
            lines.add("ssl_options.certfile = " + certificates.certificateOf(builder.certificate));
            lines.add("ssl_options.keyfile = " + certificates.keyOf(builder.certificate));
            lines.add("ssl_options.verify = verify_peer");
            lines.add("ssl_options.fail_if_no_peer_cert = true");
        }
        lines.addAll(builder.settings);
        return String.join("\n", lines) + "\n";
    }

    private ServerProcess launch() {
        ServerProcess started =
                ServerProcess.start("rabbitmq", List.of(programs.server().toString()), environment(), folder);
        // RabbitMQ 4 opens the port for TLS a moment after the plain one.
        started.awaitReady(
                () -> Handshake.amqpAnswers(port) && (tlsPort == 0 || Handshake.tlsAnswers(tlsPort)), START_LIMIT);
        return started;
    }

    private Map<String, String> environment() {
        String home = folder.path().toString();
        return Map.ofEntries(
                Map.entry("HOME", home), // where the cookie is made
                Map.entry("RABBITMQ_NODENAME", "sedano-" + port + "@localhost"),
                Map.entry("RABBITMQ_NODE_PORT", Integer.toString(port)),
                Map.entry("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"),
                Map.entry("RABBITMQ_DIST_PORT", Integer.toString(distributionPort)),
                Map.entry("ERL_EPMD_PORT", Integer.toString(epmdPort)),
                Map.entry("ERL_EPMD_ADDRESS", "127.0.0.1"),
                Map.entry("RABBITMQ_MNESIA_BASE", home + "/mnesia"),
                Map.entry("RABBITMQ_LOG_BASE", home + "/log"),
                Map.entry("RABBITMQ_LOGS", home + "/log/rabbitmq.log"),
                Map.entry("RABBITMQ_ENABLED_PLUGINS_FILE", home + "/enabled_plugins"),
                Map.entry("RABBITMQ_CONFIG_FILE", home + "/rabbitmq"),
                Map.entry("RABBITMQ_PID_FILE", home + "/rabbitmq.pid"),
                Map.entry("RABBITMQ_CONF_ENV_FILE", "/dev/null"),
                // The start script then becomes the Erlang VM instead of a shell in front of it.
                Map.entry("RUNNING_UNDER_SYSTEMD", "true"),
                // Busy waiting of idle schedulers would eat the processor that the worker is measured on.
                Map.entry(
                        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                        "+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"));
    }

    /** Returns {@code amqp://guest:guest@127.0.0.1:port}; without a path, which Java and Python clients read differently. */
    public String url() {
        return "amqp://guest:guest@127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** Returns the port that speaks TLS, or 0 if none was asked for. */
    public int tlsPort() {
        return tlsPort;
    }

    /** Returns where the node keeps its data and logs. */
    public Path folder() {
        return folder.path();
    }

    /** Returns the process id of the node that runs now or ran last. */
    public long pid() {
        return process.pid();
    }

    public boolean isRunning() {
        return process.isAlive();
    }

    /** Ends the node as a crash does (SIGKILL); {@link #restart()} brings it back. */
    public void kill() {
        process.kill();
    }

    /** Ends the node in order (SIGTERM). */
    public void stop() {
        process.stop(STOP_LIMIT);
    }

    /** Starts the node again on the same port with the data it kept; ends it first if it still runs. */
    public void restart() {
        if (process.isAlive()) {
            stop();
        }
        process = launch();
    }

    /**
     * Runs {@code rabbitmqctl} against this node, e.g. {@code close_all_connections why}.
     *
     * @throws ServiceException if it fails; what it printed is in {@code rabbitmqctl.out} in the node's folder
     */
    public void control(String... arguments) {
        Path log = folder.path().resolve("rabbitmqctl.out");
        List<String> command = new ArrayList<>(
                List.of(programs.server().resolveSibling("rabbitmqctl").toString()));
        command.addAll(List.of(arguments));
        if (!new Shell(environment(), log).succeeds(CONTROL_LIMIT, command)) {
            throw new ServiceException("rabbitmqctl " + String.join(" ", arguments) + " failed, see " + log);
        }
    }

    /** Ends the node and its port mapper at once and removes the folder unless it was given. */
    @Override
    public void close() {
        process.kill();
        epmd.kill();
        folder.discard();
    }

    /** Choices before the start. Not thread-safe. */
    public static final class Builder {
        private @Nullable Path folder;
        private @Nullable PrivateCertificates certificates;
        private String certificate = "";
        private final List<String> settings = new ArrayList<>();

        private Builder() {}

        /** The folder for data and logs, kept at the end. Default: a temporary one, removed at the end. */
        public Builder folder(Path folder) {
            this.folder = folder;
            return this;
        }

        /** Opens a second port with TLS, with the certificate {@code name}; clients have to bring one of the same authority. */
        public Builder tls(PrivateCertificates issued, String name) {
            this.certificates = issued;
            this.certificate = name;
            return this;
        }

        /** Adds a line of {@code rabbitmq.conf}, e.g. {@code heartbeat = 5}. */
        public Builder setting(String line) {
            settings.add(line);
            return this;
        }

        /** Starts the node and returns when it speaks AMQP; throws {@link ServiceException} with its log if not. */
        public PrivateRabbit start() {
            return new PrivateRabbit(this);
        }
    }
}
