package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** The queues that a worker consumes, as Celery declares them: a durable direct exchange and queue of the same name. */
final class Topology {
    private Topology() {}

    /**
     * Makes sure that {@code queue} can be consumed.
     *
     * @throws IOException if it is missing and may not be declared
     */
    static void ensure(Connection connection, String queue, BrokerSettings.TopologyMode mode)
            throws IOException, TimeoutException {
        if (mode == BrokerSettings.TopologyMode.NONE || exists(connection, queue)) {
            return;
        }
        if (mode == BrokerSettings.TopologyMode.PASSIVE) {
            throw new IOException("queue \"" + queue
                    + "\" (-Q) does not exist and --topology is passive: declare it, or" + " use --topology declare");
        }
        try (Channel channel = connection.createChannel()) {
            channel.exchangeDeclare(queue, "direct", true);
            channel.queueDeclare(queue, true, false, false, null);
            channel.queueBind(queue, queue, queue);
        }
    }

    /**
     * As {@link #ensure(Connection, String, BrokerSettings.TopologyMode)}, for a queue that was added at run time: where
     * declaring is allowed it is bound as asked, too.
     */
    static void ensureAdded(Connection connection, QueueBinding added, BrokerSettings.TopologyMode mode)
            throws IOException, TimeoutException {
        boolean exists = exists(connection, added.queue());
        if (mode != BrokerSettings.TopologyMode.DECLARE) {
            if (!exists) {
                throw new IOException(
                        "queue \"" + added.queue() + "\" does not exist, and --topology lets none be declared");
            }
            return;
        }
        try (Channel channel = connection.createChannel()) {
            channel.exchangeDeclare(added.exchange(), added.exchangeType(), true);
            if (!exists) {
                channel.queueDeclare(added.queue(), true, false, false, null);
            }
            channel.queueBind(added.queue(), added.exchange(), added.routingKey());
        }
    }

    private static boolean exists(Connection connection, String queue) throws IOException, TimeoutException {
        Channel probe = connection.createChannel();
        try {
            probe.queueDeclarePassive(queue);
            return true;
        } catch (IOException missing) {
            return false;
        } finally {
            if (probe.isOpen()) {
                probe.close();
            }
        }
    }
}
