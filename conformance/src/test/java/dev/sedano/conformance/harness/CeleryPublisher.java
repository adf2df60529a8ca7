package dev.sedano.conformance.harness;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Publishes messages with confirms and looks into queues, on a connection of its own. Not thread-safe. */
public final class CeleryPublisher implements AutoCloseable {
    private static final int BATCH = 500;
    private static final long CONFIRM_MILLIS = 30_000;

    private final Connection connection;
    private final Channel channel;

    public CeleryPublisher(TestBroker broker) {
        connection = broker.connect();
        try {
            channel = connection.createChannel();
            channel.confirmSelect();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Declares a durable queue; {@code arguments} such as {@code x-queue-type}. */
    public void declare(String queue, Map<String, Object> arguments) {
        try {
            channel.queueDeclare(queue, true, false, false, arguments);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Publishes one message; returns when the broker has it. */
    public void publish(String queue, CeleryMessage message) {
        publish(queue, List.of(message));
    }

    /** Publishes messages in order; returns when the broker has them all. */
    public void publish(String queue, List<CeleryMessage> messages) {
        int sent = 0;
        for (CeleryMessage message : messages) {
            send(queue, message.properties(), message.body());
            if (++sent % BATCH == 0) {
                confirm();
            }
        }
        confirm();
    }

    /** Publishes anything at all; returns when the broker has it. */
    public void publish(String queue, AMQP.BasicProperties properties, byte[] body) {
        send(queue, properties, body);
        confirm();
    }

    private void send(String queue, AMQP.BasicProperties properties, byte[] body) {
        try {
            channel.basicPublish("", queue, properties, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void confirm() {
        try {
            channel.waitForConfirmsOrDie(CONFIRM_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the broker did not confirm", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while publishing", e);
        }
    }

    /** Messages ready in a queue; 0 if there is no such queue. */
    public long ready(String queue) {
        try (Channel probe = connection.createChannel()) {
            return probe.queueDeclarePassive(queue).getMessageCount();
        } catch (IOException missing) {
            return 0;
        } catch (TimeoutException e) {
            throw new IllegalStateException("the channel did not close", e);
        } catch (com.rabbitmq.client.AlreadyClosedException closedByTheBroker) {
            return 0;
        }
    }

    /** Whether there is such a queue. */
    public boolean exists(String queue) {
        return consumers(queue) >= 0;
    }

    /** Consumers of a queue; -1 if there is no such queue. */
    public long consumers(String queue) {
        try (Channel probe = connection.createChannel()) {
            return probe.queueDeclarePassive(queue).getConsumerCount();
        } catch (IOException | com.rabbitmq.client.AlreadyClosedException missing) {
            return -1;
        } catch (TimeoutException e) {
            throw new IllegalStateException("the channel did not close", e);
        }
    }

    /** Takes one message out of a queue, waiting at most {@code limit}. */
    public GetResponse take(String queue, Duration limit) {
        return Awaitility.await("a message in " + queue)
                .atMost(limit)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> get(queue), taken -> taken != null);
    }

    /** Takes one message out of a queue, or null if there is none now. */
    public @Nullable GetResponse get(String queue) {
        if (ready(queue) == 0) {
            return null;
        }
        try {
            return channel.basicGet(queue, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        connection.abort();
    }
}
