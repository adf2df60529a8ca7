package dev.sedano.worker.rabbitmq;

import java.net.URI;
import java.util.List;

/**
 * What the broker side needs to know of the worker's configuration.
 *
 * @param uris amqp or amqps, tried in order; never logged with their credentials
 * @param queues the queues to consume
 * @param leastPrefetch the prefetch of each queue when handlers are slow
 * @param mostPrefetch the prefetch of each queue when handlers are fast
 */
public record BrokerSettings(
        List<URI> uris,
        String node,
        List<String> queues,
        TopologyMode topology,
        int slots,
        int leastPrefetch,
        int mostPrefetch) {
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
