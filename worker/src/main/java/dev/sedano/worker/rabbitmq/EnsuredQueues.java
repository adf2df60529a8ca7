package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.Connection;
import dev.sedano.worker.amqp.BrokerConnections;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wanted queues of which it is sure, since the present session began, that they exist: consuming another one would
 * close the channel of all. Used by the broker thread alone.
 */
final class EnsuredQueues {
    private static final Logger LOG = LoggerFactory.getLogger(EnsuredQueues.class);

    private final WantedQueues wanted;
    private final KnownQueues known;
    private final BrokerSettings.TopologyMode topology;
    private final Set<String> ensured = new HashSet<>();

    EnsuredQueues(WantedQueues wanted, KnownQueues known, BrokerSettings settings) {
        this.wanted = wanted;
        this.known = known;
        this.topology = settings.topology();
    }

    /** A session begins: all are looked at again. */
    void forget() {
        ensured.clear();
    }

    /** Looks at those that are new, and makes them if that is allowed. */
    void ensure(Connection connection) throws IOException, TimeoutException {
        ensured.removeIf(queue -> !wanted.contains(queue));
        for (QueueBinding queue : wanted.all()) {
            if (!ensured.contains(queue.queue())) {
                try {
                    ensure(connection, queue);
                } catch (IOException | TimeoutException | RuntimeException e) {
                    if (!giveUp(connection, queue, e)) {
                        throw e;
                    }
                }
            }
        }
    }

    private void ensure(Connection connection, QueueBinding queue) throws IOException, TimeoutException {
        if (wanted.isAdded(queue)) {
            Topology.ensureAdded(connection, queue, !wanted.isNameOnly(queue), topology);
        } else {
            Topology.ensure(connection, queue, wanted.isDefined(queue), topology);
        }
        if (topology == BrokerSettings.TopologyMode.DECLARE) {
            known.learn(connection, queue.queue());
            if (wanted.isDefined(queue)) {
                known.compare(queue);
            }
        }
        ensured.add(queue.queue());
    }

    /** Those that can be consumed. */
    List<QueueBinding> ready() {
        return wanted.all().stream()
                .filter(queue -> ensured.contains(queue.queue()))
                .toList();
    }

    /**
     * A queue cannot be consumed: if it was added at run time it is wanted no more, so that the others are not kept from
     * being consumed again and again.
     *
     * @return false if it was not added, or the connection is the reason
     */
    boolean giveUp(Connection connection, QueueBinding queue, Exception why) {
        if (!wanted.isAdded(queue) || !connection.isOpen()) {
            return false;
        }
        wanted.remove(queue.queue());
        LOG.warn("the added queue {} is not consumed: {}", queue.queue(), BrokerConnections.rootMessage(why));
        return true;
    }
}
