package dev.sedano.conformance.harness;

import com.rabbitmq.client.ConnectionFactory;
import dev.sedano.services.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.testcontainers.containers.Container;
import org.testcontainers.rabbitmq.RabbitMQContainer;
import org.testcontainers.utility.DockerImageName;

/** RabbitMQ in a container, on a port that stays the same over restarts. */
final class ContainerBroker implements BrokerServer {
    private static final Duration START_LIMIT = Duration.ofMinutes(1);

    private final RabbitMQContainer container;
    private final int port = FreePorts.next();

    private ContainerBroker() {
        container = new RabbitMQContainer(DockerImageName.parse(image()).asCompatibleSubstituteFor("rabbitmq"));
        container.setPortBindings(List.of("127.0.0.1:" + port + ":5672"));
    }

    static String image() {
        return Objects.requireNonNullElse(System.getenv(IMAGE), "rabbitmq:4-management-alpine");
    }

    static ContainerBroker start() {
        ContainerBroker broker = new ContainerBroker();
        broker.container.start();
        broker.awaitAmqp();
        return broker;
    }

    private void awaitAmqp() {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost("127.0.0.1");
        factory.setPort(port);
        Awaitility.await("RabbitMQ container").atMost(START_LIMIT).until(() -> {
            try (var connection = factory.newConnection("probe")) {
                return connection.isOpen();
            } catch (IOException | TimeoutException notYet) {
                return false;
            }
        });
    }

    @Override
    public String url() {
        return "amqp://guest:guest@127.0.0.1:" + port;
    }

    @Override
    public void kill() {
        container.getDockerClient().killContainerCmd(container.getContainerId()).exec();
    }

    @Override
    public void restart() {
        container
                .getDockerClient()
                .startContainerCmd(container.getContainerId())
                .exec();
        awaitAmqp();
    }

    @Override
    public void control(String... arguments) {
        List<String> command = new ArrayList<>(List.of("rabbitmqctl"));
        command.addAll(List.of(arguments));
        try {
            Container.ExecResult result = container.execInContainer(command.toArray(String[]::new));
            if (result.getExitCode() != 0) {
                throw new IllegalStateException("rabbitmqctl: " + result.getStderr());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while rabbitmqctl runs", e);
        }
    }

    @Override
    public void close() {
        container.stop();
    }
}
