package dev.sedano.worker.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.sedano.services.PrivateRabbit;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a real broker tells of its queues. */
class KnownQueuesIT {
    private static final Duration WEEK = Duration.ofDays(7);

    @Test
    void argumentsAndTypeOfQueues_areLearned() throws Exception {
        try (PrivateRabbit rabbit = PrivateRabbit.start();
                Connection connection = connect(rabbit.port())) {
            try (Channel channel = connection.createChannel()) {
                channel.queueDeclare("plain", true, false, false, Map.of());
                channel.queueDeclare(
                        "short", true, false, false, Map.of("x-message-ttl", 604_800_001L, "x-max-length", 9));
                channel.queueDeclare(
                        "quorum", true, false, false, Map.of("x-queue-type", "quorum", "x-delivery-limit", 5));
                channel.queueDeclare("fleeting", false, false, true, Map.of());
            }
            assertThat(QueueArguments.of(connection, "plain")).contains(Map.of());
            assertThat(QueueArguments.of(connection, "short"))
                    .contains(Map.of("x-message-ttl", 604_800_001L, "x-max-length", 9L));
            assertThat(QueueArguments.of(connection, "quorum"))
                    .contains(Map.of("x-queue-type", "quorum", "x-delivery-limit", 5L));
            assertThat(QueueArguments.of(connection, "fleeting")).isEmpty();
            assertThat(QueueArguments.of(connection, "missing")).isEmpty();

            KnownQueues queues = new KnownQueues(new DeliveryLimits(20), WEEK);
            for (String queue : new String[] {"plain", "quorum", "missing"}) {
                queues.learn(connection, queue);
            }
            assertThat(queues.isQuorum("quorum")).isTrue();
            assertThat(queues.isQuorum("plain")).isFalse();
            assertThat(queues.isQuorum("missing")).isFalse();
        }
    }

    @Test
    void messagesThatOutliveTheMarkers_areWarnedOf_namingQueueArgumentAndCure() {
        assertThat(KnownQueues.warning("jobs", Map.of("x-message-ttl", WEEK.toMillis() + 1), WEEK)
                        .orElseThrow())
                .contains("\"jobs\"", "x-message-ttl", "--retention", "RUNS AGAIN");
        assertThat(KnownQueues.warning("jobs", Map.of("x-message-ttl", WEEK.toMillis()), WEEK))
                .isEmpty();
        assertThat(KnownQueues.warning("jobs", Map.of(), WEEK)).isEmpty();
    }

    private static Connection connect(int port) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setPort(port);
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection("test");
    }
}
