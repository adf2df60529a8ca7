package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;

/**
 * Where messages go. Immutable.
 *
 * @param defaultQueue Celery's {@code task_default_queue}: where goes what names no route, and what is consumed unless
 *     other queues are named
 */
public record Routing(String defaultQueue) {
    /** Celery's defaults. */
    public static final Routing DEFAULT = new Routing("celery");

    /** @throws ConfigurationException if a name is none */
    public Routing {
        QueueNames.check("--default-queue", defaultQueue);
    }
}
