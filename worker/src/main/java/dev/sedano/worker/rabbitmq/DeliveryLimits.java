package dev.sedano.worker.rabbitmq;

import dev.sedano.worker.delivery.Delivery;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps returns from deleting work. A quorum queue with a delivery limit dead-letters a message that was returned more
 * often, and without a dead-letter exchange deletes it; before RabbitMQ 4.3 every return counts, ours included.
 *
 * <p>What can be known: the arguments of a queue. What cannot: policies, which may set a lower limit or a dead-letter
 * exchange and are not visible to AMQP. A limit that is not known is assumed to be {@code assumed}. Thread-safe.
 */
final class DeliveryLimits {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryLimits.class);
    private static final String LIMIT = "x-delivery-limit";
    private static final String COUNT = "x-delivery-count";
    /** Returns that a message must have left after ours: for lost connections, which count on every version. */
    private static final int RESERVE = 2;

    private final int assumed;
    private final Map<String, Integer> known = new ConcurrentHashMap<>();
    private volatile BrokerVersion version = new BrokerVersion(0, 0);

    /** @param assumed the limit of queues whose limit is not known; the lower one counts where it is */
    DeliveryLimits(int assumed) {
        this.assumed = assumed;
    }

    /** The broker that the next deliveries come from. */
    void broker(BrokerVersion now) {
        version = now;
    }

    /** Takes note of the arguments of a quorum queue that is about to be consumed; warns if they endanger work. */
    void learn(String queue, Map<String, Object> arguments) {
        BrokerVersion broker = version;
        @Nullable
        Integer argument = arguments.get(LIMIT) instanceof Number number ? Integer.valueOf(number.intValue()) : null;
        if (argument != null && (argument >= 0 || !broker.limitsByDefault())) {
            // On 3.x -1 is no "unlimited": the first return dead-letters.
            known.put(queue, Math.max(0, argument));
        }
        warning(queue, argument, arguments.containsKey("x-dead-letter-exchange"), broker)
                .ifPresent(LOG::warn);
    }

    /** What to tell the operator about a quorum queue, if anything. */
    static Optional<String> warning(
            String queue, @Nullable Integer argument, boolean deadLetters, BrokerVersion broker) {
        if (deadLetters) {
            return Optional.empty();
        }
        String limit;
        if (argument == null) {
            if (!broker.limitsByDefault()) {
                return Optional.empty();
            }
            limit = "the default delivery limit of RabbitMQ " + broker + ", 20 returns,";
        } else if (argument >= 0) {
            limit = "a delivery limit of " + argument + " (" + LIMIT + ")";
        } else if (broker.limitsByDefault()) {
            return Optional.empty();
        } else {
            limit = LIMIT + " " + argument + ", which RabbitMQ " + broker + " takes for 0,";
        }
        return Optional.of("quorum queue \"" + queue + "\" has " + limit + " and no dead-letter exchange among its"
                + " arguments: a message that is returned more often, also by lost connections, is DELETED."
                + " Give the queue a dead-letter exchange: rabbitmqctl set_policy sedano-" + queue + " '^" + queue
                + "$' '{\"dead-letter-exchange\":\"\",\"dead-letter-routing-key\":\"" + queue + ".dead\"}'"
                + " --apply-to queues, and declare " + queue + ".dead. If a policy does that already, nothing is wrong:"
                + " AMQP does not show policies");
    }

    /** Whether returning this delivery would bring it so near to its limit that some lost connections would end it. */
    boolean endangers(Delivery delivery) {
        if (!version.countsNacks()) {
            return false;
        }
        Object header = delivery.properties().headers().get(COUNT);
        Integer limit = known.get(delivery.queue());
        if (limit == null && header == null) {
            return false; // a classic queue, or the first delivery of a queue whose limit is not known: far from 20
        }
        long count = header instanceof Number number ? number.longValue() : 0;
        return count + 1 + RESERVE > Math.min(assumed, limit == null ? assumed : limit);
    }
}
