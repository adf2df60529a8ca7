package dev.sedano.worker.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import dev.sedano.services.PrivateRabbit;
import dev.sedano.worker.amqp.ConfirmedPublisher;
import dev.sedano.worker.delivery.Delivery;
import dev.sedano.worker.delivery.DeliveryChannel;
import dev.sedano.worker.delivery.Settlement;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.time.Ticker;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where deliveries that are not due wait in a real broker, and what comes back when. */
final class DelayedDeliveriesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @SuppressWarnings("JavaUtilDate") // the client's type
    private static final Date SENT = new Date(1_700_000_000_000L);

    private static PrivateRabbit rabbit;
    private static Connection connection;

    private Channel channel;
    private ConfirmedPublisher publisher;
    private DelayQueues celerys;
    private CountingBrokerEvents events;
    private MovedDeliveries moved;

    @BeforeAll
    static void startBroker() throws Exception {
        rabbit = PrivateRabbit.start();
        connection = connect();
    }

    @AfterAll
    static void stopBroker() {
        connection.abort();
        rabbit.close();
    }

    @BeforeEach
    void begin() throws Exception {
        channel = connection.createChannel();
        publisher = new ConfirmedPublisher(purpose -> connect(), Ticker.system(), true);
        publisher.start();
        celerys = new DelayQueues(Ticker.system());
        events = new CountingBrokerEvents();
        moved = new MovedDeliveries(
                publisher,
                queue -> false,
                new DelayedDeliveries(publisher, celerys, queue -> false, events, Clock.systemUTC(), Ticker.system()),
                "w@h",
                Clock.systemUTC());
    }

    @AfterEach
    void end() throws Exception {
        publisher.close();
        channel.close();
    }

    @Test
    void withoutDelayQueuesOfCelery_itWaitsInOurs_andComesBackUnchanged_neverLate() throws Exception {
        channel.queueDeclare("plain", true, false, false, Map.of("x-max-priority", 9));
        celerys.look(connection, "plain");
        assertThat(celerys.leadTo("plain")).isFalse();
        Instant due = Instant.now().plusSeconds(3);

        assertThat(moved.publish(delivery("plain", "", "plain"), new Settlement.Delay(due)))
                .succeedsWithin(PATIENCE);

        assertThat(channel.messageCount("plain.wait.2s")).isEqualTo(1);
        assertThat(events.delayed).containsExactly("sedano");
        GetResponse back = take("plain");
        assertThat(Instant.now()).isBefore(due.plusSeconds(2));
        AMQP.BasicProperties properties = back.getProps();
        assertThat(properties.getPriority()).isEqualTo(7);
        assertThat(properties.getTimestamp()).isEqualTo(SENT);
        assertThat(properties.getCorrelationId()).isEqualTo("id");
        assertThat(properties.getExpiration()).isNull();
        assertThat(properties.getHeaders())
                .containsEntry("retries", 2)
                .containsEntry("x-sedano-delayed", 2)
                .doesNotContainKeys("x-sedano-returned", "x-delivery-count", "x-sedano-exchange");
        assertThat(String.valueOf(properties.getHeaders().get("x-death")))
                .contains("plain.wait.2s")
                .doesNotContain("old");
        assertThat(back.getBody()).containsExactly(1, 2, 3);
    }

    @Test
    void delayQueuesOfCelery_areUsedWhereTheyAre_andLeadBackToItsQueueAlone() throws Exception {
        declareAsKombu();
        try {
            bindAsCelery("jobs", "jobs", "topic");
            bindAsCelery("jobs.others", "jobs", "fanout");
            celerys.look(connection, "jobs");
            celerys.look(connection, "jobs.others");
            assertThat(celerys.leadTo("jobs")).isTrue();
            assertThat(celerys.leadTo("jobs.others")).isTrue();
            Instant due = Instant.now().plusSeconds(3);

            assertThat(moved.publish(delivery("jobs", "shop", "jobs"), new Settlement.Delay(due)))
                    .succeedsWithin(PATIENCE);
            assertThat(moved.publish(delivery("jobs.others", "", "jobs"), new Settlement.Delay(due)))
                    .succeedsWithin(PATIENCE);

            assertThat(channel.messageCount("celery_delayed_1")).isEqualTo(2);
            assertThat(events.delayed).containsExactly("celery", "celery");
            GetResponse back = take("jobs");
            assertThat(Instant.now()).isAfter(due.minusMillis(1_100)).isBefore(due.plusSeconds(2));
            assertThat(back.getEnvelope().getExchange()).startsWith("celery_delayed_");
            assertThat(String.valueOf(back.getProps().getHeaders().get("x-sedano-exchange")))
                    .isEqualTo("shop");
            take("jobs.others");
            assertThat(channel.messageCount("jobs")).isZero();
            assertThat(channel.messageCount("jobs.others")).isZero();
        } finally {
            deleteAllOfKombu();
        }
    }

    @Test
    void delayQueuesThatWereDeletedMeanwhile_areNoWayToLoseIt() throws Exception {
        declareAsKombu();
        channel.queueDeclare("left", true, false, false, Map.of());
        celerys.look(connection, "left");
        assertThat(celerys.leadTo("left")).isTrue();
        deleteAllOfKombu();

        assertThat(moved.publish(
                        delivery("left", "", "left"),
                        new Settlement.Delay(Instant.now().plusSeconds(9))))
                .succeedsWithin(PATIENCE);

        assertThat(channel.messageCount("left.wait.8s")).isEqualTo(1);
        assertThat(celerys.leadTo("left")).isFalse();
    }

    @Test
    void delayQueuesWithAGap_areNotUsed() throws Exception {
        declareAsKombu();
        try {
            channel.queueDelete("celery_delayed_5");
            channel.queueDeclare("gap", true, false, false, Map.of());
            celerys.look(connection, "gap");
            assertThat(celerys.leadTo("gap")).isFalse();
        } finally {
            deleteAllOfKombu();
        }
    }

    @Test
    void aMoveIsOver_whenItIsDue() {
        assertThat(moved.isOver(new Settlement.Delay(Instant.now().minusMillis(1))))
                .isTrue();
        assertThat(moved.isOver(new Settlement.Delay(Instant.now().plusSeconds(5))))
                .isFalse();
    }

    /** As kombu/transport/native_delayed_delivery.py declares them, with classic queues. */
    private void declareAsKombu() throws IOException {
        String waits = "1.#";
        String passes = "0.#";
        for (int level = 27; level >= 0; level--) {
            String name = "celery_delayed_" + level;
            String next = level > 0 ? "celery_delayed_" + (level - 1) : "celery_delayed_delivery";
            channel.exchangeDeclare(name, "topic", true);
            channel.exchangeDeclare(next, "topic", true);
            channel.queueDeclare(
                    name,
                    true,
                    false,
                    false,
                    Map.of(
                            "x-queue-type",
                            "classic",
                            "x-overflow",
                            "reject-publish",
                            "x-message-ttl",
                            (1L << level) * 1000,
                            "x-dead-letter-exchange",
                            next));
            channel.queueBind(name, name, waits);
            channel.exchangeBind(next, name, passes);
            waits = "*." + waits;
            passes = "*." + passes;
        }
    }

    private void deleteAllOfKombu() throws IOException {
        for (int level = 27; level >= 0; level--) {
            channel.queueDelete("celery_delayed_" + level);
            channel.exchangeDelete("celery_delayed_" + level);
        }
        channel.exchangeDelete("celery_delayed_delivery");
    }

    private void bindAsCelery(String queue, String routingKey, String type) throws IOException {
        String exchange = "to-" + queue;
        channel.exchangeDeclare(exchange, type, true);
        channel.queueDeclare(queue, true, false, false, Map.of());
        channel.exchangeBind(exchange, "celery_delayed_delivery", "#." + routingKey);
        channel.queueBind(queue, exchange, "#." + routingKey);
    }

    private GetResponse take(String queue) {
        AtomicReference<@Nullable GetResponse> taken = new AtomicReference<>();
        await("a message in " + queue)
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    taken.set(channel.basicGet(queue, true));
                    return taken.get() != null;
                });
        return Objects.requireNonNull(taken.get());
    }

    private static Delivery delivery(String queue, String exchange, String routingKey) {
        Map<String, @Nullable Object> headers = new HashMap<>();
        headers.put("retries", 2);
        headers.put("x-sedano-delayed", 1);
        headers.put("x-delivery-count", 3);
        headers.put("x-death", List.of(Map.of("queue", "old")));
        return new Delivery(
                queue,
                exchange,
                routingKey,
                1,
                false,
                new MessageProperties(
                        "application/json", "utf-8", "id", "", "1", 7, headers, Map.of("timestamp", SENT)),
                new byte[] {1, 2, 3},
                new DeliveryChannel() {
                    @Override
                    public void settle(Delivery settled, String task, Settlement settlement) {
                        throw new IllegalStateException("nothing is settled here");
                    }

                    @Override
                    public boolean isOpen() {
                        return true;
                    }
                });
    }

    private static Connection connect() throws IOException, TimeoutException {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setPort(rabbit.port());
        factory.setAutomaticRecoveryEnabled(false);
        return factory.newConnection("test");
    }
}
