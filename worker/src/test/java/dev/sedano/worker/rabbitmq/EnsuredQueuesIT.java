package dev.sedano.worker.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import dev.sedano.services.PrivateRabbit;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** What a real broker does over queues that were added, and whom it is blamed on. */
class EnsuredQueuesIT {
    private static final QueueBinding OWN = QueueBinding.of("own");
    private static final QueueBinding FREE = QueueBinding.of("free");
    /** The broker ends the connection over such an exchange, as newer ones do over queues that are not durable. */
    private static final QueueBinding FATAL = new QueueBinding("fatal", "x", "no-such-type", "a", true, Map.of());
    /** The broker closes the channel over it. */
    private static final QueueBinding REFUSED =
            new QueueBinding("refused", "", "direct", "refused", true, Map.of("x-queue-type", "no-such-type"));

    private long now;
    private final WantedQueues wanted = new WantedQueues(List.of(OWN), List.of());
    private final BrokerSettings settings = new BrokerSettings(
            List.of(),
            "w@h",
            List.of(OWN),
            List.of(),
            BrokerSettings.TopologyMode.DECLARE,
            1,
            1,
            512,
            20,
            false,
            Duration.ofDays(7));
    private final EnsuredQueues queues =
            new EnsuredQueues(wanted, new KnownQueues(new DeliveryLimits(20), Duration.ofDays(7)), settings, () -> now);

    @Test
    void aQueueOverWhichTheConnectionEnds_keepsTheOthersWaitingOnce_andIsForgottenAtTheSecondTime() throws Exception {
        try (PrivateRabbit rabbit = PrivateRabbit.start()) {
            wanted.add(FATAL);
            wanted.add(FREE);
            assertEnds(rabbit);
            assertThat(wanted.all()).containsExactly(OWN, FATAL, FREE);

            queues.forget();
            try (Connection next = connect(rabbit.port())) {
                queues.ensure(next);
                assertThat(queues.ready()).containsExactly(OWN, FREE);
            }
            now += EnsuredQueues.PAUSE.toNanos();
            assertEnds(rabbit);
            assertThat(wanted.all()).containsExactly(OWN, FREE);
        }
    }

    private void assertEnds(PrivateRabbit rabbit) throws IOException, TimeoutException {
        Connection connection = connect(rabbit.port());
        try {
            assertThatThrownBy(() -> queues.ensure(connection)).isInstanceOf(IOException.class);
            assertThat(connection.isOpen()).isFalse();
        } finally {
            connection.abort();
        }
    }

    @Test
    void aRefusedQueue_isForgottenAtOnce_andWhatAnotherConsumesAloneIsItsOwnFault() throws Exception {
        try (PrivateRabbit rabbit = PrivateRabbit.start();
                Connection connection = connect(rabbit.port());
                Connection other = connect(rabbit.port())) {
            wanted.add(REFUSED);
            wanted.add(FREE);
            queues.ensure(connection);
            assertThat(wanted.all()).containsExactly(OWN, FREE);
            assertThat(queues.ready()).containsExactly(OWN, FREE);

            Channel alone = other.createChannel();
            alone.basicConsume("free", true, "", false, true, null, new DefaultConsumer(alone));
            Channel channel = connection.createChannel();
            IOException refusal = catchThrowableOfType(
                    IOException.class, () -> channel.basicConsume("free", false, new DefaultConsumer(channel)));
            assertThat(QueueFault.of(refusal)).isEqualTo(QueueFault.REFUSED);
        }
    }

    private static Connection connect(int port) throws IOException, TimeoutException {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setPort(port);
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection("test");
    }
}
