package dev.sedano.worker.event;

import java.util.function.Supplier;

/** Where events leave the process. Safe for use by many threads; never blocks. */
public interface EventOutlet {
    /**
     * Publishes to Celery's exchange for events, now or when there is a connection.
     *
     * @param body made once, when it is about to be sent
     * @return false if it is dropped
     */
    boolean offer(String routingKey, Supplier<byte[]> body);

    /** Whether events would go out now. */
    boolean isConnected();
}
