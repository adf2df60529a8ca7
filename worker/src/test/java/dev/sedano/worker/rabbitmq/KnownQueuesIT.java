package dev.sedano.worker.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.sedano.services.PrivateRabbit;
import dev.sedano.worker.amqp.ConfirmedPublisher;
import dev.sedano.worker.delivery.Delivery;
import dev.sedano.worker.delivery.DeliveryChannel;
import dev.sedano.worker.delivery.Settlement;
import dev.sedano.worker.delivery.SettlementReason;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.time.Ticker;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** What a real broker tells of its queues. */
class KnownQueuesIT {
    private static final Duration WEEK = Duration.ofDays(7);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

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
    void whatCameFromAQuorumQueue_waitsInAQuorumQueue_andComesBack() throws Exception {
        try (PrivateRabbit rabbit = PrivateRabbit.start();
                Connection connection = connect(rabbit.port());
                Channel channel = connection.createChannel();
                ConfirmedPublisher publisher =
                        new ConfirmedPublisher(purpose -> connect(rabbit.port()), Ticker.system(), true)) {
            publisher.start();
            channel.queueDeclare("jobs", true, false, false, Map.of("x-queue-type", "quorum"));
            channel.queueDeclare("old", true, false, false, Map.of());
            KnownQueues queues = new KnownQueues(new DeliveryLimits(20), WEEK);
            queues.learn(connection, "jobs");
            queues.learn(connection, "old");
            MovedDeliveries moved = new MovedDeliveries(
                    publisher,
                    queues::keepsWaitingInQuorum,
                    new DelayedDeliveries(
                            publisher,
                            new DelayQueues(Ticker.system()),
                            queues::keepsWaitingInQuorum,
                            new CountingBrokerEvents(),
                            Clock.systemUTC(),
                            Ticker.system()),
                    "w@h",
                    Clock.systemUTC());

            for (String queue : new String[] {"jobs", "old"}) {
                assertThat(moved.publish(
                                delivery(queue), new Settlement.Wait(SettlementReason.HELD, Duration.ofSeconds(1))))
                        .succeedsWithin(PATIENCE);
                await().atMost(PATIENCE).until(() -> channel.messageCount(queue) == 1);
            }

            assertThat(QueueArguments.of(connection, "jobs.wait.1s.quorum").orElseThrow())
                    .containsEntry("x-queue-type", "quorum")
                    .containsEntry("x-dead-letter-strategy", "at-least-once")
                    .containsEntry("x-overflow", "reject-publish")
                    .containsEntry("x-message-ttl", 1000L);
            assertThat(QueueArguments.of(connection, "old.wait.1s").orElseThrow())
                    .doesNotContainKey("x-queue-type");
            assertThat(QueueArguments.of(connection, "jobs.wait.1s")).isEmpty();
        }
    }

    private static Delivery delivery(String queue) {
        return new Delivery(
                queue,
                "",
                queue,
                1,
                false,
                new MessageProperties("application/json", "utf-8", "id", "", null, 0, new HashMap<>()),
                new byte[] {1},
                new DeliveryChannel() {
                    @Override
                    public void settle(Delivery delivery, String task, Settlement settlement) {
                        throw new IllegalStateException("nothing is settled here");
                    }

                    @Override
                    public boolean isOpen() {
                        return true;
                    }
                });
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

    private static Connection connect(int port) throws IOException, TimeoutException {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setPort(port);
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection("test");
    }
}
