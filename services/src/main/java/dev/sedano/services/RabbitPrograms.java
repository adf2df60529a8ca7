package dev.sedano.services;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The programs of an installed RabbitMQ.
 *
 * @param server starts a node as the current user
 * @param epmd Erlang's port mapper
 */
record RabbitPrograms(Path server, Path epmd) {
    /** The environment variable that names the {@code rabbitmq-server} to use instead of the one that would be found. */
    static final String VARIABLE = "SEDANO_TEST_RABBITMQ";

    static Optional<RabbitPrograms> find() {
        String chosen = System.getenv(VARIABLE);
        if (chosen != null && !chosen.isBlank()) {
            return Optional.of(chosen(Path.of(chosen)));
        }
        return findServer().flatMap(server -> findEpmd().map(epmd -> new RabbitPrograms(server, epmd)));
    }

    /** Its own port mapper goes before the machine's: it may be of another Erlang. */
    private static RabbitPrograms chosen(Path server) {
        if (!Files.isExecutable(server)) {
            throw new ServiceException(VARIABLE + " is \"" + server
                    + "\", which is no program: name the rabbitmq-server to use, or unset it");
        }
        Path epmd = server.resolveSibling("epmd");
        return new RabbitPrograms(
                server,
                Files.isExecutable(epmd)
                        ? epmd
                        : findEpmd()
                                .orElseThrow(() -> new ServiceException("no epmd (Erlang's port mapper) beside "
                                        + server + " nor on this machine; install erlang-base")));
    }

    /**
     * The package's own folder goes before PATH: Debian's {@code /usr/sbin/rabbitmq-server} is a wrapper that serves only
     * the system's node, as the user rabbitmq.
     */
    private static Optional<Path> findServer() {
        return Stream.of(
                        Programs.findBelow(Path.of("/usr/lib/rabbitmq/bin"), "rabbitmq-server"),
                        Programs.findBelow(
                                Path.of("/usr/lib/rabbitmq/lib"), "rabbitmq_server-*", "sbin", "rabbitmq-server"),
                        Programs.find("rabbitmq-server"),
                        Programs.findBelow(Path.of("/usr/local/opt/rabbitmq/sbin"), "rabbitmq-server"),
                        Programs.findBelow(Path.of("/opt/homebrew/opt/rabbitmq/sbin"), "rabbitmq-server"))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<Path> findEpmd() {
        return Programs.find("epmd")
                .or(() -> Programs.findBelow(Path.of("/usr/lib/erlang"), "erts-*", "bin", "epmd"))
                .or(() -> Programs.findBelow(Path.of("/usr/lib64/erlang"), "erts-*", "bin", "epmd"));
    }
}
