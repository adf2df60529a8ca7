package dev.sedano.worker.delivery;

/** Where deliveries come from, and the only place that settles them. Safe for use by many threads. */
public interface DeliveryChannel {
    /**
     * Settles a delivery: what the settlement says is done on the wire and then counted, in order. The first settlement of
     * a delivery wins, later ones do nothing; so do settlements of deliveries whose channel is gone.
     *
     * @param task the task's name if it is registered, else {@code unknown}; a metric tag
     */
    void settle(Delivery delivery, String task, Settlement settlement);

    /** Whether deliveries of this channel can still be settled. */
    boolean isOpen();
}
