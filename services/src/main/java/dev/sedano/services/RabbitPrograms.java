package dev.sedano.services;

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
    static Optional<RabbitPrograms> find() {
        return findServer().flatMap(server -> findEpmd().map(epmd -> new RabbitPrograms(server, epmd)));
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
