package dev.sedano.worker.rabbitmq;

import dev.sedano.worker.amqp.Endpoint;
import java.time.Duration;
import java.util.List;

/**
 * What the broker side needs to know of the worker's configuration.
 *
 * @param brokers tried in order
 * @param queues the queues to consume
 * @param defined the queues of which more is known than a name, whether consumed or not
 * @param leastPrefetch the prefetch of each queue when handlers are slow
 * @param mostPrefetch the prefetch of each queue when handlers are fast
 * @param deliveryLimit the delivery limit of quorum queues that do not say theirs; where both are known the lower counts
 * @param shared whether others consume the same queues who know other tasks
 * @param remembered how long every completed key is remembered at least
 */
public record BrokerSettings(
        List<Endpoint> brokers,
        String node,
        List<QueueBinding> queues,
        List<QueueBinding> defined,
        TopologyMode topology,
        int slots,
        int leastPrefetch,
        int mostPrefetch,
        int deliveryLimit,
        boolean shared,
        Duration remembered) {
    /** What may be declared at the broker. */
    public enum TopologyMode {
        /** Missing queues are declared, as Celery does; existing ones are used as they are. */
        DECLARE,
        /** Missing queues are an error. */
        PASSIVE,
        /** Nothing is looked at. */
        NONE
    }
}
