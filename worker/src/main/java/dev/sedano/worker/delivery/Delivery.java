package dev.sedano.worker.delivery;

import dev.sedano.worker.protocol.MessageProperties;

/**
 * One arrival of a copy of a message.
 *
 * @param queue the queue it was consumed from
 * @param tag the broker's delivery tag, unique within {@code channel}
 * @param redelivered whether the broker says so, or the copy carries {@code x-sedano-returned}
 * @param channel where it came from and must be settled
 */
public record Delivery(
        String queue,
        String exchange,
        String routingKey,
        long tag,
        boolean redelivered,
        MessageProperties properties,
        byte[] body,
        DeliveryChannel channel) {}
