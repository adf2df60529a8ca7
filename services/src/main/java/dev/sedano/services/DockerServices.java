package dev.sedano.services;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * RabbitMQ and Redis from the project's {@code docker-compose.yml}, under a project name of their own and on free ports.
 * Not thread-safe: one owner controls it.
 */
final class DockerServices implements StoppableStore {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
    private static final Duration PULL_LIMIT = Duration.ofSeconds(30);
    private static final Duration COMMAND_LIMIT = Duration.ofMinutes(1);
    private static final Duration START_LIMIT = Duration.ofMinutes(1);

    private final List<String> compose;
    private final int rabbitPort = FreePorts.next();
    private final int redisPort = FreePorts.next();
    private final int managementPort = FreePorts.next();
    private final Shell shell;
    private final Guard guard;

    private DockerServices(List<String> compose, Path composeFile) throws IOException {
        this.compose = joined(compose, List.of("-p", "sedano-" + rabbitPort, "-f", composeFile.toString()));
        Map<String, String> ports = Map.of(
                "SEDANO_RABBITMQ_PORT", Integer.toString(rabbitPort),
                "SEDANO_MANAGEMENT_PORT", Integer.toString(managementPort),
                "SEDANO_REDIS_PORT", Integer.toString(redisPort));
        shell = new Shell(ports, null);
        guard = Guard.running(joined(this.compose, List.of("down", "--volumes", "--timeout", "2")));
    }

    /**
     * Starts the two services, or says in one line to {@code progress} why Docker is passed over and returns empty.
     *
     * @param docker the docker program
     */
    static Optional<DockerServices> start(Path docker, Path composeFile, Consumer<String> progress) {
        if (!answers(docker)) {
            return passedOver(progress, "its daemon does not answer");
        }
        Optional<List<String>> compose = compose(docker);
        if (compose.isEmpty()) {
            return passedOver(progress, "it has no compose command");
        }
        try {
            return new DockerServices(compose.get(), composeFile).up(docker, progress);
        } catch (IOException e) {
            return passedOver(progress, String.valueOf(e.getMessage()));
        }
    }

    static boolean answers(Path docker) {
        return Shell.quiet()
                .succeeds(ANSWER_LIMIT, List.of(docker.toString(), "version", "--format", "{{.Server.Version}}"));
    }

    private static Optional<DockerServices> passedOver(Consumer<String> progress, String why) {
        progress.accept("Docker is passed over: " + why + ".");
        return Optional.empty();
    }

    private static Optional<List<String>> compose(Path docker) {
        List<String> plugin = List.of(docker.toString(), "compose");
        if (Shell.quiet().succeeds(ANSWER_LIMIT, joined(plugin, List.of("version")))) {
            return Optional.of(plugin);
        }
        return Programs.find("docker-compose").map(program -> List.of(program.toString()));
    }

    private Optional<DockerServices> up(Path docker, Consumer<String> progress) {
        if (!imagesPresent(docker)) {
            progress.accept("Pulling the RabbitMQ and Redis images (at most " + PULL_LIMIT.toSeconds() + " s) ...");
            if (!shell.succeeds(
                    PULL_LIMIT,
                    command("pull", "--quiet", "rabbitmq", "redis"),
                    seconds -> progress.accept("  ... " + seconds + " s"))) {
                guard.dismiss();
                return passedOver(progress, "the images could not be pulled in time");
            }
        }
        progress.accept("Starting RabbitMQ and Redis with Docker ...");
        if (!shell.succeeds(COMMAND_LIMIT, command("up", "--detach", "rabbitmq", "redis"))
                || !await(() -> Handshake.redisAnswers(redisPort) && Handshake.amqpAnswers(rabbitPort))) {
            close();
            return passedOver(progress, "the containers did not start");
        }
        return Optional.of(this);
    }

    private boolean imagesPresent(Path docker) {
        List<String> images = Shell.lines(command("config", "--images", "rabbitmq", "redis"));
        return !images.isEmpty()
                && images.stream()
                        .allMatch(image -> Shell.quiet()
                                .succeeds(ANSWER_LIMIT, List.of(docker.toString(), "image", "inspect", image)));
    }

    /** One command per look: `docker compose ps` takes long enough to pace the loop, and notices a lost daemon. */
    private boolean await(BooleanSupplier ready) {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!ready.getAsBoolean()) {
            boolean late = System.nanoTime() - deadline > 0;
            if (late || !shell.succeeds(ANSWER_LIMIT, command("ps"))) {
                return false;
            }
        }
        return true;
    }

    private List<String> command(String... arguments) {
        return joined(compose, List.of(arguments));
    }

    private static List<String> joined(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return List.copyOf(all);
    }

    String brokerUrl() {
        return "amqp://guest:guest@127.0.0.1:" + rabbitPort;
    }

    @Override
    public String url(int database) {
        return "redis://127.0.0.1:" + redisPort + "/" + database;
    }

    @Override
    public void stop() {
        control("stop", "--timeout", "5", "redis");
    }

    @Override
    public void restart() {
        control("start", "redis");
        if (!await(() -> Handshake.redisAnswers(redisPort))) {
            throw new ServiceException("the Redis container does not answer after its start");
        }
    }

    private void control(String... arguments) {
        if (!shell.succeeds(COMMAND_LIMIT, command(arguments))) {
            throw new ServiceException("failed: " + String.join(" ", command(arguments)));
        }
    }

    @Override
    public void close() {
        shell.succeeds(COMMAND_LIMIT, command("down", "--volumes", "--timeout", "2"));
        guard.dismiss();
    }
}
