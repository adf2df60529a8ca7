package dev.sedano.worker.amqp;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.sedano.services.PrivateRabbit;
import dev.sedano.worker.canvas.UnroutableException;
import dev.sedano.worker.canvas.UnsendableException;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Against a real broker with a memory alarm. */
class ConfirmedPublisherIT {
    private static final ConfirmedPublisher.Target QUEUE = new ConfirmedPublisher.Target("", "alarm", Map.of());
    private static final Duration LONGER_THAN_A_CONFIRM_MAY_TAKE = Duration.ofSeconds(60);

    private final AtomicLong now = new AtomicLong(1);
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicReference<Connection> connection = new AtomicReference<>();

    @Test
    void memoryAlarm_makesMessagesWait_andNoneFails() {
        try (PrivateRabbit rabbit = PrivateRabbit.start();
                ConfirmedPublisher publisher = publisher(rabbit)) {
            publisher.start();
            assertThat(publish(publisher)).succeedsWithin(Duration.ofSeconds(20));

            rabbit.control("set_vm_memory_high_watermark", "0");
            // The broker tells a connection only when it publishes; this message is on the wire then.
            CompletableFuture<Void> onTheWire = publish(publisher);
            await().atMost(Duration.ofSeconds(20)).until(publisher::isBlocked);
            CompletableFuture<Void> waiting = publish(publisher);
            now.addAndGet(LONGER_THAN_A_CONFIRM_MAY_TAKE.toNanos());
            await().pollDelay(Duration.ofMillis(1_500)).until(() -> true); // several looks of the publisher
            assertThat(onTheWire).isNotDone();
            assertThat(waiting).isNotDone();

            rabbit.control("set_vm_memory_high_watermark", "0.4");
            assertThat(onTheWire).succeedsWithin(Duration.ofSeconds(20));
            assertThat(waiting).succeedsWithin(Duration.ofSeconds(20));
            assertThat(publisher.isBlocked()).isFalse();
            assertThat(connections).hasValue(1);
        }
    }

    @Test
    void whatCanNeverBeSent_failsAlone_andClosesNothing() {
        AMQP.BasicProperties plain = new AMQP.BasicProperties.Builder().build();
        try (PrivateRabbit rabbit = PrivateRabbit.start();
                ConfirmedPublisher publisher = publisher(rabbit)) {
            publisher.start();
            assertThat(publish(publisher)).succeedsWithin(Duration.ofSeconds(20));
            for (ConfirmedPublisher.Target hopeless : List.of(
                    new ConfirmedPublisher.Target("nope", "x", Map.of()),
                    new ConfirmedPublisher.Target("amq.direct", "bound-by-nobody", Map.of()),
                    ConfirmedPublisher.Target.queue("q".repeat(300), Map.of()),
                    ConfirmedPublisher.Target.queue("amq.reserved", Map.of()))) {
                CompletableFuture<Void> before = publish(publisher);
                assertThat(publisher.publish(hopeless, plain, new byte[] {1}))
                        .failsWithin(Duration.ofSeconds(20))
                        .withThrowableOfType(ExecutionException.class)
                        .withCauseInstanceOf(UnroutableException.class);
                assertThat(before).succeedsWithin(Duration.ofSeconds(20));
            }
            for (Map<String, Object> headers : List.<Map<String, Object>>of(
                    Map.of("big", BigInteger.TEN.pow(40)),
                    Map.of("n".repeat(300), 1),
                    Map.of("long", "x".repeat(200_000)))) {
                CompletableFuture<Void> before = publish(publisher);
                assertThat(publisher.publish(
                                QUEUE, plain.builder().headers(headers).build(), new byte[] {1}))
                        .failsWithin(Duration.ofSeconds(20));
                assertThat(before).succeedsWithin(Duration.ofSeconds(20));
            }
            assertThat(connections).hasValue(1);
        }
    }

    /** RabbitMQ 4 takes 16 MiB unless told otherwise, and closes the channel over each message beyond. */
    @Test
    void messageBeyondTheBrokersSize_failsForGood_andDisturbsOthersOnce() {
        AMQP.BasicProperties plain = new AMQP.BasicProperties.Builder().build();
        try (PrivateRabbit rabbit = PrivateRabbit.builder()
                        .setting("max_message_size = 1000")
                        .start();
                ConfirmedPublisher publisher = publisher(rabbit)) {
            publisher.start();
            assertThat(publish(publisher)).succeedsWithin(Duration.ofSeconds(20));
            for (int i = 0; i < 3; i++) {
                assertThat(publisher.publish(QUEUE, plain, new byte[1_001]))
                        .failsWithin(Duration.ofSeconds(20))
                        .withThrowableOfType(ExecutionException.class)
                        .withCauseInstanceOf(UnsendableException.class)
                        .withMessageContaining("1001 bytes, this broker takes 1000");
            }
            assertThat(publisher.publish(QUEUE, plain, new byte[1_000])).succeedsWithin(Duration.ofSeconds(20));
            assertThat(connections).as("the first one was closed over it").hasValue(2);
        }
    }

    /** Nothing is left of it that could be missed later, when the connection would be given up over it. */
    @Test
    void connectionLostRightBeforeAMessage_failsIt_andTheNextOneStays() {
        try (PrivateRabbit rabbit = PrivateRabbit.start();
                ConfirmedPublisher publisher = publisher(rabbit)) {
            publisher.start();
            for (int i = 0; i < 5; i++) {
                assertThat(publish(publisher)).succeedsWithin(Duration.ofSeconds(20));
            }
            AMQP.BasicProperties plain = new AMQP.BasicProperties.Builder().build();
            Supplier<ConfirmedPublisher.Target> afterItsLoss = () -> {
                requireNonNull(connection.get()).abort();
                return QUEUE;
            };
            assertThat(publisher.publish(afterItsLoss, plain, new byte[] {1}))
                    .failsWithin(Duration.ofSeconds(20))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(ConfirmedPublisher.UnconfirmedException.class);
            assertThat(publish(publisher)).succeedsWithin(Duration.ofSeconds(20));
            int made = connections.get();

            now.addAndGet(LONGER_THAN_A_CONFIRM_MAY_TAKE.toNanos());
            assertThat(publish(publisher)).succeedsWithin(Duration.ofSeconds(20));
            assertThat(connections).hasValue(made);
        }
    }

    private ConfirmedPublisher publisher(PrivateRabbit rabbit) {
        return new ConfirmedPublisher(
                purpose -> {
                    connections.incrementAndGet();
                    ConnectionFactory factory = new ConnectionFactory();
                    factory.setPort(rabbit.port());
                    factory.setAutomaticRecoveryEnabled(false);
                    Connection made = factory.newConnection(purpose);
                    connection.set(made);
                    return made;
                },
                now::get,
                true);
    }

    private static CompletableFuture<Void> publish(ConfirmedPublisher publisher) {
        return publisher.publish(QUEUE, new AMQP.BasicProperties.Builder().build(), new byte[] {1});
    }
}
