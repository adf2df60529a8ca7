package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.AlreadyClosedException;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wanted queues of which it is sure, since the present session began, that they exist: consuming another one would
 * close the channel of all. Used by the broker thread alone.
 */
final class EnsuredQueues {
    private static final Logger LOG = LoggerFactory.getLogger(EnsuredQueues.class);
    /** The first pause after a refusal. */
    static final Duration PAUSE = Duration.ofSeconds(10);
    /**
     * A refusal can cost the channel of all, or the connection: what is unsettled there is delivered again, and each time
     * counts towards the delivery limit of a quorum queue. So the pause doubles with each in a row, up to this.
     */
    static final Duration LONGEST_PAUSE = Duration.ofMinutes(30);
    /** How often a queue that was never consumed may cost the connection. */
    private static final int MOST_ENDED = 2;

    private final WantedQueues wanted;
    private final KnownQueues known;
    private final BrokerSettings.TopologyMode topology;
    private final Ticker ticker;
    private final Set<String> ensured = new HashSet<>();
    /** Of any session. */
    private final Set<String> consumed = new HashSet<>();
    /** Added queues that failed lately. */
    private final Map<String, Failures> failed = new HashMap<>();

    /**
     * @param inRow those that cost other queues something
     * @param ended those of them after which the broker ended the connection
     * @param until when it is left alone until
     * @param consumedSince when it was consumed again; null if it is not
     */
    private record Failures(
            int inRow, int ended, long until, @Nullable Long consumedSince) {}

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
        for (Set<String> each : List.of(ensured, consumed, failed.keySet())) {
            each.removeIf(queue -> !wanted.contains(queue));
        }
        for (QueueBinding queue : wanted.all()) {
            if (isDue(queue.queue())) {
                boolean made = false;
                try {
                    make(connection, queue);
                    made = true;
                    learn(connection, queue);
                    ensured.add(queue.queue());
                } catch (IOException | TimeoutException | RuntimeException e) {
                    boolean added = wanted.isAdded(queue);
                    boolean gone = !connection.isOpen();
                    boolean before = gone && e instanceof AlreadyClosedException;
                    if (added && !before) {
                        // What is only asked for is given up after some tries.
                        QueueFault fault = made ? QueueFault.UNCLEAR : QueueFault.of(e);
                        leave(queue, fault, e, gone || fault != QueueFault.REFUSED);
                    }
                    if (gone || !added) {
                        throw e;
                    }
                }
            }
        }
    }

    /** Whether it is to be looked at now. */
    boolean isDue(String queue) {
        Failures before = failed.get(queue);
        return !ensured.contains(queue) && (before == null || ticker.nanos() - before.until() >= 0);
    }

    private void make(Connection connection, QueueBinding queue) throws IOException, TimeoutException {
        if (wanted.isAdded(queue)) {
            Topology.ensureAdded(connection, queue, !wanted.isNameOnly(queue), topology);
        } else {
            Topology.ensure(connection, queue, wanted.isDefined(queue), topology);
        }
    }

    private void learn(Connection connection, QueueBinding queue) throws IOException, TimeoutException {
        if (topology == BrokerSettings.TopologyMode.DECLARE) {
            known.learn(connection, queue.queue());
            if (wanted.isDefined(queue)) {
                known.compare(queue);
            }
        }
    }

    /** Those that can be consumed. */
    List<QueueBinding> ready() {
        return wanted.all().stream()
                .filter(queue -> ensured.contains(queue.queue()))
                .toList();
    }

    /** A queue is consumed. */
    void consumed(QueueBinding queue) {
        String name = queue.queue();
        consumed.add(name);
        Failures before = failed.get(name);
        if (before == null) {
            return;
        }
        long now = ticker.nanos();
        if (before.consumedSince() == null) {
            LOG.info("the added queue {} is consumed now", name);
            failed.put(name, new Failures(before.inRow(), before.ended(), now, now));
        } else if (now - before.consumedSince() >= LONGEST_PAUSE.toNanos()) {
            failed.remove(name);
        }
    }

    /** A queue cannot be consumed, and the channel or the connection of all is gone with that. */
    void refused(QueueBinding queue, Exception why) {
        if (wanted.isAdded(queue)) {
            leave(queue, QueueFault.of(why), why, true);
        }
    }

    /**
     * If a queue that fails was added at run time, that must not keep the others from being consumed: it is left alone for
     * a while, or, if it never could be consumed and that is its own fault, for good.
     *
     * @param costly whether the others lost their channel, or had to wait
     */
    private void leave(QueueBinding queue, QueueFault fault, Exception why, boolean costly) {
        String name = queue.queue();
        String reason = BrokerConnections.rootMessage(why);
        Failures before = failed.getOrDefault(name, new Failures(0, 0, 0, 0L));
        int ended = before.ended() + (fault == QueueFault.ENDED_CONNECTION ? 1 : 0);
        ensured.remove(name);
        if (!consumed.contains(name) && (fault == QueueFault.REFUSED || ended >= MOST_ENDED)) {
            wanted.remove(name);
            failed.remove(name);
            LOG.warn("the added queue {} is not consumed: {}", name, reason);
            return;
        }
        int inRow = before.inRow() + (costly ? 1 : 0);
        Duration pause = costly ? pause(inRow) : PAUSE;
        failed.put(name, new Failures(inRow, ended, ticker.nanos() + pause.toNanos(), null));
        if (costly || before.consumedSince() != null) {
            LOG.warn(
                    "the added queue {} cannot be consumed: {}; trying again in {} s", name, reason, pause.toSeconds());
        }
    }

    private static Duration pause(int inRow) {
        Duration doubled = PAUSE.multipliedBy(1L << Math.min(inRow - 1, 16));
        return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }
}
