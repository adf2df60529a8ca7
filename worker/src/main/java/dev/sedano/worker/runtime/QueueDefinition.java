package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;
import java.util.Map;
import java.util.Set;

/**
 * A queue of Celery's {@code task_queues}. Immutable.
 *
 * @param exchange empty = no exchange of its own; it is reached by its name
 * @param exchangeType direct, topic or fanout
 * @param routingKey with which it is bound to its exchange; a pattern for topic
 * @param durable whether it outlives a restart of the broker
 * @param arguments with which it is declared if it does not exist, such as {@code x-max-priority}
 */
public record QueueDefinition(
        String name,
        String exchange,
        String exchangeType,
        String routingKey,
        boolean durable,
        Map<String, Object> arguments) {
    private static final Set<String> TYPES = Set.of("direct", "topic", "fanout");
    private static final String SETTING = "task_queues";

    /** @throws ConfigurationException if it cannot be declared so */
    public QueueDefinition {
        arguments = Map.copyOf(arguments);
        QueueNames.check(SETTING, name);
        if (!TYPES.contains(exchangeType)) {
            throw new ConfigurationException(
                    SETTING, exchangeType, "is no exchange type of queue " + name + ": use direct, topic or fanout");
        }
        if (exchange.isEmpty() && !exchangeType.equals("direct")) {
            throw new ConfigurationException(
                    SETTING, name, "is of type " + exchangeType + " without an exchange: write exchange: NAME");
        }
        if (!durable && "quorum".equals(arguments.get("x-queue-type"))) {
            throw new ConfigurationException(
                    SETTING, name, "is a quorum queue that is not durable: write durable: true");
        }
    }

    /** As Celery makes queues of which only the name is given. */
    public static QueueDefinition of(String name) {
        return new QueueDefinition(name, name, "direct", name, true, Map.of());
    }
}
