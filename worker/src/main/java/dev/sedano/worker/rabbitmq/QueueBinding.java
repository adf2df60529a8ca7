package dev.sedano.worker.rabbitmq;

import java.util.Map;

/**
 * A queue and how messages come to it.
 *
 * @param exchange empty = no exchange of its own: the default exchange reaches every queue by its name
 * @param exchangeType direct, topic or fanout
 * @param durable whether queue and exchange outlive a restart of the broker
 * @param arguments what the queue is declared with if it does not exist, such as {@code x-max-priority}
 */
public record QueueBinding(
        String queue,
        String exchange,
        String exchangeType,
        String routingKey,
        boolean durable,
        Map<String, Object> arguments) {
    public QueueBinding {
        arguments = Map.copyOf(arguments);
    }

    /** A durable queue without arguments. */
    public QueueBinding(String queue, String exchange, String exchangeType, String routingKey) {
        this(queue, exchange, exchangeType, routingKey, true, Map.of());
    }

    /** A queue of the command line: with an exchange and a key of its own name, as Celery makes missing ones. */
    public static QueueBinding of(String queue) {
        return new QueueBinding(queue, queue, "direct", queue);
    }
}
