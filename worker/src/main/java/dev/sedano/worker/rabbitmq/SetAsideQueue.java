package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import dev.sedano.worker.amqp.BrokerConnections;
import dev.sedano.worker.amqp.Endpoint;
import dev.sedano.worker.protocol.Encoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One queue of copies that were set aside, for a person to look through. What is taken stays unacknowledged and goes back
 * to its place when this is closed or the process ends; only {@link #remove} takes a copy away for good. Blocks. Not safe
 * for use by several threads.
 */
public final class SetAsideQueue implements AutoCloseable {
    private static final long CONFIRM_MILLIS = 30_000;
    private static final long MOST_BYTES = 256L << 20;
    /** What a worker wrote when it set the copy aside. The key stays: the arguments need not give it again. */
    private static final Set<String> OF_SETTING_ASIDE = Set.of(
            "x-death",
            "x-first-death-exchange",
            "x-first-death-queue",
            "x-first-death-reason",
            "x-delivery-count",
            "x-sedano-reason",
            "x-sedano-error",
            "x-sedano-exchange",
            "x-sedano-routing-key",
            "x-sedano-queue",
            "x-sedano-time",
            "x-sedano-worker",
            "x-sedano-owner",
            "x-sedano-started",
            "x-sedano-last-step");

    private final Connection connection;
    private final Channel reading;
    private final String queue;
    private final boolean exists;
    private @Nullable Channel publishing;

    private SetAsideQueue(Connection connection, Channel reading, String queue, boolean exists) {
        this.connection = connection;
        this.reading = reading;
        this.queue = queue;
        this.exists = exists;
    }

    /**
     * Connects to the first of {@code brokers} that answers.
     *
     * @throws IOException if none does, saying why
     */
    public static SetAsideQueue open(List<Endpoint> brokers, String queue) throws IOException {
        Connection connection = connect(brokers);
        try {
            boolean exists = exists(connection, channel -> channel.queueDeclarePassive(queue));
            return new SetAsideQueue(connection, connection.createChannel(), queue, exists);
        } catch (IOException | RuntimeException e) {
            connection.abort(1_000);
            throw e;
        }
    }

    /** The queue's name. */
    public String queue() {
        return queue;
    }

    /** False if the queue does not exist: nothing was ever set aside. */
    public boolean exists() {
        return exists;
    }

    /** How many copies wait and are not taken by anybody. */
    public long waiting() throws IOException {
        return exists ? reading.messageCount(queue) : 0;
    }

    /** Takes the oldest copies, at most {@code limit} of them and 256 MiB. */
    public List<SetAsideCopy> take(int limit) throws IOException {
        List<SetAsideCopy> copies = new ArrayList<>();
        long bytes = 0;
        while (exists && copies.size() < limit && bytes < MOST_BYTES) {
            GetResponse response = reading.basicGet(queue, false);
            if (response == null) {
                break;
            }
            bytes += response.getBody().length;
            copies.add(new SetAsideCopy(response));
        }
        return copies;
    }

    /**
     * Publishes the message again as a redelivered one. Returns when the broker confirmed that it is in a queue.
     *
     * @param exchange empty = the default exchange, where {@code destination} is the queue
     * @param destination the routing key
     * @throws IOException if it is not; the copy is where it was
     */
    public void republish(SetAsideCopy copy, String exchange, String destination) throws IOException {
        Map<String, Object> headers = new HashMap<>();
        if (copy.wire().getHeaders() != null) {
            headers.putAll(copy.wire().getHeaders());
        }
        headers.keySet().removeAll(OF_SETTING_ASIDE);
        WaitingHeaders.sentAgain(headers);
        AMQP.BasicProperties properties = copy.wire()
                .builder()
                .headers(headers)
                .deliveryMode(2)
                .expiration(null)
                .userId(null) // the broker would refuse another user's name
                .messageId(UUID.randomUUID().toString())
                .build();
        publish(exchange, destination, properties, copy.body());
    }

    /**
     * Sends a result to the caller's reply queue; a queue that is gone is no failure, nobody waits any more.
     *
     * @param copy the message that is answered; without {@code reply_to} nothing is sent
     */
    public void reply(SetAsideCopy copy, byte[] record) throws IOException {
        String replyTo = copy.properties().replyTo();
        if (replyTo != null) {
            channel()
                    .basicPublish(
                            "",
                            replyTo,
                            Broker.replyProperties(copy.properties().correlationId(), Encoder.ofJson(record)),
                            record);
            confirmed(replyTo);
        }
    }

    /** Takes the copy away for good. */
    public void remove(SetAsideCopy copy) throws IOException {
        reading.basicAck(copy.tag(), false);
    }

    private void publish(String exchange, String destination, AMQP.BasicProperties properties, byte[] body)
            throws IOException {
        if (!exchange.isEmpty() && !exists(connection, channel -> channel.exchangeDeclarePassive(exchange))) {
            throw new IOException("there is no exchange " + exchange + " at the broker");
        }
        AtomicReference<String> returned = new AtomicReference<>();
        Channel channel = channel();
        channel.clearReturnListeners();
        channel.addReturnListener(message -> returned.set(message.getReplyText()));
        channel.basicPublish(exchange, destination, true, properties, body);
        confirmed(destination);
        if (returned.get() != null) { // a return comes before the confirm
            throw new IOException(
                    exchange.isEmpty()
                            ? "there is no queue " + destination + " at the broker"
                            : "no queue is bound to exchange " + exchange + " for routing key " + destination);
        }
    }

    private void confirmed(String destination) throws IOException {
        try {
            if (!channel().waitForConfirms(CONFIRM_MILLIS)) {
                throw new IOException("the broker refused the message for queue " + destination);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted before the broker confirmed", e);
        } catch (TimeoutException e) {
            throw new IOException("the broker did not confirm the message for queue " + destination, e);
        }
    }

    private Channel channel() throws IOException {
        Channel known = publishing;
        if (known == null) {
            known = connection.createChannel();
            known.confirmSelect();
            publishing = known;
        }
        return known;
    }

    private interface Look {
        void at(Channel channel) throws IOException;
    }

    private static boolean exists(Connection connection, Look look) throws IOException {
        Channel probe = connection.createChannel();
        try {
            look.at(probe);
            probe.close();
            return true;
        } catch (IOException missing) {
            if (missing.getCause() instanceof com.rabbitmq.client.ShutdownSignalException signal
                    && signal.getReason() instanceof AMQP.Channel.Close close
                    && close.getReplyCode() == AMQP.NOT_FOUND) {
                return false;
            }
            throw missing;
        } catch (TimeoutException e) {
            throw new IOException(e);
        }
    }

    private static Connection connect(List<Endpoint> brokers) throws IOException {
        try {
            return BrokerConnections.open(brokers, null, "sedano operator");
        } catch (BrokerConnections.UnreachableException e) {
            throw new IOException("broker " + e.getMessage(), e);
        }
    }

    /** What was taken and not removed goes back to its place. */
    @Override
    public void close() {
        try {
            reading.close();
        } catch (IOException | TimeoutException | RuntimeException e) {
            // The end of the connection gives the copies back, too.
            connection.abort(1_000);
        }
        connection.abort(5_000);
    }
}
