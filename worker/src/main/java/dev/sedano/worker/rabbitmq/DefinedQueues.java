package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.Connection;
import dev.sedano.worker.amqp.Definitions;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** Declares what follow-ups are published to as the settings define it. */
record DefinedQueues(List<QueueBinding> all) implements Definitions {
    @Override
    public boolean exchange(Connection connection, String exchange) throws IOException {
        return declare(connection, each -> each.exchange().equals(exchange));
    }

    @Override
    public boolean queue(Connection connection, String queue) throws IOException {
        return declare(connection, each -> each.queue().equals(queue));
    }

    private boolean declare(Connection connection, Predicate<QueueBinding> which) throws IOException {
        List<QueueBinding> known = all.stream().filter(which).toList();
        try {
            for (QueueBinding queue : known) {
                Topology.ensureAdded(connection, queue, true, BrokerSettings.TopologyMode.DECLARE);
            }
            return !known.isEmpty();
        } catch (TimeoutException e) {
            throw new IOException(e);
        }
    }
}
