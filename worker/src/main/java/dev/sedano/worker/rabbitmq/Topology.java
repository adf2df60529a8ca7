package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** The queues that a worker consumes, as Celery declares them: a durable direct exchange and queue of the same name. */
final class Topology {
    private Topology() {}

    /** A queue is missing and may not be declared. */
    static final class MissingQueueException extends IOException {
        private static final long serialVersionUID = 1;

        MissingQueueException(String message) {
            super(message);
        }
    }

    /**
     * Makes sure that {@code queue} can be consumed.
     *
     * @param defined whether its definition was given: where declaring is allowed it is bound as that says, also if it
     *     exists; a queue of which only the name is known is used as it is
     * @throws IOException if it is missing and may not be declared
     */
    static void ensure(Connection connection, QueueBinding queue, boolean defined, BrokerSettings.TopologyMode mode)
            throws IOException, TimeoutException {
        if (mode == BrokerSettings.TopologyMode.NONE) {
            return;
        }
        boolean exists = exists(connection, queue.queue());
        if (mode == BrokerSettings.TopologyMode.DECLARE) {
            if (!exists || defined) {
                declare(connection, queue, exists);
            }
        } else if (!exists) {
            throw new MissingQueueException("queue \"" + queue.queue()
                    + "\" (-Q) does not exist and --topology is passive: declare it, or use --topology declare");
        }
    }

    /**
     * As {@link #ensure}, for a queue that was added at run time.
     *
     * @param described whether more is known than a name
     */
    static void ensureAdded(
            Connection connection, QueueBinding added, boolean described, BrokerSettings.TopologyMode mode)
            throws IOException, TimeoutException {
        boolean exists = exists(connection, added.queue());
        if (mode == BrokerSettings.TopologyMode.DECLARE) {
            if (!exists || described) {
                declare(connection, added, exists);
            }
        } else if (!exists) {
            throw new MissingQueueException(
                    "queue \"" + added.queue() + "\" does not exist, and --topology lets none be declared");
        }
    }

    private static void declare(Connection connection, QueueBinding queue, boolean exists)
            throws IOException, TimeoutException {
        try (Channel channel = connection.createChannel()) {
            if (!queue.exchange().isEmpty()) {
                channel.exchangeDeclare(queue.exchange(), queue.exchangeType(), queue.durable());
            }
            if (!exists) {
                channel.queueDeclare(queue.queue(), queue.durable(), false, false, queue.arguments());
            }
            if (!queue.exchange().isEmpty()) {
                channel.queueBind(queue.queue(), queue.exchange(), queue.routingKey());
            }
        }
    }

    private static boolean exists(Connection connection, String queue) throws IOException, TimeoutException {
        Channel probe = connection.createChannel();
        try {
            probe.queueDeclarePassive(queue);
            return true;
        } catch (IOException e) {
            if (e.getCause() instanceof ShutdownSignalException signal
                    && signal.getReason() instanceof AMQP.Channel.Close) {
                return false;
            }
            throw e; // that is no answer
        } finally {
            if (probe.isOpen()) {
                probe.close();
            }
        }
    }
}
