package dev.sedano.worker.rabbitmq;

/**
 * A queue and how messages come to it.
 *
 * @param exchangeType direct, topic or fanout
 */
public record QueueBinding(String queue, String exchange, String exchangeType, String routingKey) {
    /** A queue of the command line: with an exchange and a key of its own name, as Celery makes missing ones. */
    static QueueBinding of(String queue) {
        return new QueueBinding(queue, queue, "direct", queue);
    }
}
