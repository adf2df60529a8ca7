package dev.sedano.worker.rabbitmq;

import dev.sedano.worker.delivery.Settlement;

/** What the broker side reports to metrics. Safe for use by many threads; never throws. */
public interface BrokerEvents {
    /** A delivery arrived. */
    void delivered(String queue);

    /** A delivery was settled; told after the effect. */
    void settled(String task, Settlement settlement);

    /**
     * The broker has confirmed the copy of a delivery that is not due for long.
     *
     * @param queues whose queues it waits in: {@code celery} or {@code sedano}
     */
    void delayed(String queues);

    /** Connected and able to consume, or not any more. */
    void connected(boolean connected);

    /** At least one consumer is active, or none. */
    void consuming(boolean consuming);
}
