package dev.sedano.worker.amqp;

import com.rabbitmq.client.Connection;
import java.io.IOException;

/** Queues and exchanges that are declared in a way of their own when they are missing. Safe for use by many threads. */
public interface Definitions {
    /** Nothing is. */
    Definitions NONE = new Definitions() {
        @Override
        public boolean exchange(Connection connection, String exchange) {
            return false;
        }

        @Override
        public boolean queue(Connection connection, String queue) {
            return false;
        }
    };

    /**
     * Declares the exchange, with the queues that get from it.
     *
     * @return false if nothing is known of it
     */
    boolean exchange(Connection connection, String exchange) throws IOException;

    /**
     * Declares the queue, with its exchange.
     *
     * @return false if nothing is known of it
     */
    boolean queue(Connection connection, String queue) throws IOException;
}
