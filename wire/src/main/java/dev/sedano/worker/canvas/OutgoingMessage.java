package dev.sedano.worker.canvas;

import dev.sedano.worker.protocol.MessageProperties;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message to publish, persistent and mandatory.
 *
 * @param exchange empty = the default exchange
 * @param routingKey the queue's name on the default exchange
 */
public record OutgoingMessage(String exchange, String routingKey, MessageProperties properties, byte[] body) {
    /** The headers that AMQP can carry, without the others; none if all together are too many. */
    public Map<String, @Nullable Object> sendableHeaders() {
        Map<String, @Nullable Object> sendable = new LinkedHashMap<>();
        properties.headers().forEach((name, value) -> {
            if (AmqpLimits.carry(sendable, name, value)) {
                sendable.put(name, value);
            }
        });
        return sendable;
    }
}
