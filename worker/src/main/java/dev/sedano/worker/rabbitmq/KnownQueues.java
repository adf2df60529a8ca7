package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is known of the queues that are consumed: the arguments of each, asked for once. Thread-safe. */
final class KnownQueues {
    private static final Logger LOG = LoggerFactory.getLogger(KnownQueues.class);
    private static final String LIFE = "x-message-ttl";
    /** A broker that ends the connection over the question must not keep the worker from consuming. */
    private static final int MOST_LOOKS = 3;

    private static final int DONE = MOST_LOOKS;
    private static final Map.Entry<String, Object> TYPE_CLASSIC = Map.entry(QueueArguments.TYPE, "classic");

    private final DeliveryLimits limits;
    private final Duration remembered;
    /** How often each queue was looked at without an answer; {@link #DONE} when no more is to be asked. */
    private final Map<String, Integer> looks = new ConcurrentHashMap<>();

    private final Map<String, Map<String, Object>> arguments = new ConcurrentHashMap<>();

    private final Set<String> compared = ConcurrentHashMap.newKeySet();

    private volatile boolean quorumExpires;

    /** @param remembered how long every completed key is remembered at least */
    KnownQueues(DeliveryLimits limits, Duration remembered) {
        this.limits = limits;
        this.remembered = remembered;
    }

    /** Learns what a queue is that is about to be consumed, the first time; warns of what endangers work. */
    void learn(Connection connection, String queue) throws IOException, TimeoutException {
        if (looks.merge(queue, 1, Integer::sum) > MOST_LOOKS) {
            return;
        }
        Optional<Map<String, Object>> found = QueueArguments.of(connection, queue);
        looks.put(queue, DONE);
        if (found.isEmpty()) {
            return;
        }
        arguments.put(queue, found.get());
        quorumExpires = BrokerVersion.of(connection).quorumExpires();
        warning(queue, found.get(), remembered).ifPresent(LOG::warn);
        if (isQuorum(queue)) {
            limits.learn(queue, found.get());
        }
    }

    /** Warns, once, of arguments that an existing queue does not have as its definition wants them. */
    void compare(QueueBinding wanted) {
        Map<String, Object> found = arguments.get(wanted.queue());
        if (found != null && compared.add(wanted.queue())) {
            Map<String, Object> missing = new TreeMap<>(wanted.arguments());
            missing.entrySet().removeIf(each -> same(each.getValue(), found.get(each.getKey())));
            missing.remove(TYPE_CLASSIC.getKey(), TYPE_CLASSIC.getValue());
            if (!missing.isEmpty()) {
                LOG.warn(
                        "queue \"{}\" exists without the arguments {} of task_queues and is used as it is: a queue cannot be"
                                + " changed; let it run empty, delete it, and it is declared anew",
                        wanted.queue(),
                        missing);
            }
        }
    }

    private static boolean same(Object wanted, @Nullable Object found) {
        return (wanted instanceof Number one && found instanceof Number other)
                ? one.longValue() == other.longValue()
                : wanted.equals(found);
    }

    /** Whether what came from a queue can wait in a quorum queue without ever being lost on its way back. */
    boolean keepsWaitingInQuorum(String queue) {
        return quorumExpires && isQuorum(queue);
    }

    /** Whether it is known to give out its messages by priority. */
    boolean hasPriorities(String queue) {
        return arguments.getOrDefault(queue, Map.of()).containsKey(QueueArguments.MOST_PRIORITY);
    }

    /** Whether it is known to be a quorum queue. */
    boolean isQuorum(String queue) {
        return "quorum".equals(arguments.getOrDefault(queue, Map.of()).get(QueueArguments.TYPE));
    }

    /** What to tell the operator about how long messages live in a queue, if anything. */
    static Optional<String> warning(String queue, Map<String, Object> arguments, Duration remembered) {
        if (!(arguments.get(LIFE) instanceof Number millis) || millis.longValue() <= remembered.toMillis()) {
            return Optional.empty();
        }
        return Optional.of("queue \"" + queue + "\" keeps messages for " + Duration.ofMillis(millis.longValue()) + " ("
                + LIFE + "), but what is done may be forgotten after " + remembered
                + " (--retention, or the shortest ttl of a task): an old copy that is delivered later RUNS AGAIN."
                + " Remember longer, or let the queue's messages expire sooner");
    }
}
