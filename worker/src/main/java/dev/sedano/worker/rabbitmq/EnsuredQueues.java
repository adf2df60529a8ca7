package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.Connection;
import dev.sedano.worker.amqp.BrokerConnections;
import dev.sedano.worker.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
    /** A refusal can cost the channel of all. */
    static final Duration PAUSE = Duration.ofSeconds(10);

    private final WantedQueues wanted;
    private final KnownQueues known;
    private final BrokerSettings.TopologyMode topology;
    private final Ticker ticker;
    private final Set<String> ensured = new HashSet<>();
    /** Of any session. */
    private final Set<String> consumed = new HashSet<>();
    /** Queues that were consumed and now are refused, and until when they are left alone. */
    private final Map<String, Long> refused = new HashMap<>();

    EnsuredQueues(WantedQueues wanted, KnownQueues known, BrokerSettings settings, Ticker ticker) {
        this.ticker = ticker;
        this.wanted = wanted;
        this.known = known;
        this.topology = settings.topology();
    }

    /** A session begins: all are looked at again, but for those that were refused a moment ago. */
    void forget() {
        ensured.clear();
    }

    /** Looks at those that are new, and makes them if that is allowed. */
    void ensure(Connection connection) throws IOException, TimeoutException {
        for (Set<String> each : List.of(ensured, consumed, refused.keySet())) {
            each.removeIf(queue -> !wanted.contains(queue));
        }
        for (QueueBinding queue : wanted.all()) {
            if (isDue(queue.queue())) {
                try {
                    ensure(connection, queue);
                } catch (IOException | TimeoutException | RuntimeException e) {
                    if (!leaves(queue, connection.isOpen(), e)) {
                        throw e;
                    }
                }
            }
        }
    }

    /** Whether it is to be looked at now. */
    boolean isDue(String queue) {
        Long until = refused.get(queue);
        return !ensured.contains(queue) && (until == null || ticker.nanos() - until >= 0);
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

    /** A queue is consumed. */
    void consumed(QueueBinding queue) {
        consumed.add(queue.queue());
        if (refused.remove(queue.queue()) != null) {
            LOG.info("the added queue {} is consumed again", queue.queue());
        }
    }

    /**
     * A queue cannot be consumed. If it was added at run time, that must not keep the others from being consumed: it is
     * left alone for a while, or, if it never could be consumed, for good.
     *
     * @param connected false if the connection is the reason
     * @return false if it is not left
     */
    boolean leaves(QueueBinding queue, boolean connected, Exception why) {
        if (!wanted.isAdded(queue) || !connected) {
            return false;
        }
        String name = queue.queue();
        if (!consumed.contains(name)) {
            wanted.remove(name);
            LOG.warn("the added queue {} is not consumed: {}", name, BrokerConnections.rootMessage(why));
            return true;
        }
        ensured.remove(name);
        if (refused.put(name, ticker.nanos() + PAUSE.toNanos()) == null) {
            LOG.warn(
                    "the added queue {} is not consumed any more: {}; trying again every {} s",
                    name,
                    BrokerConnections.rootMessage(why),
                    PAUSE.toSeconds());
        }
        return true;
    }
}
