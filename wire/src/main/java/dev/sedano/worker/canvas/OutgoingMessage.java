package dev.sedano.worker.canvas;

import dev.sedano.worker.protocol.MessageProperties;

/**
 * A message to publish, persistent and mandatory.
 *
 * @param exchange empty = the default exchange
 * @param routingKey the queue's name on the default exchange
 */
public record OutgoingMessage(String exchange, String routingKey, MessageProperties properties, byte[] body) {}
