package dev.sedano.worker.delivery;

import dev.sedano.task.TaskRequest;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.protocol.TaskMessage;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What handlers see of the message they run.
 *
 * @param node the worker's name
 */
record RunRequests(String node) {
    TaskRequest of(Work work) {
        TaskMessage message = work.message;
        TaskMessage.Envelope envelope = message.envelope();
        Delivery delivery = work.delivery;
        return new TaskRequest(
                envelope.etaText(),
                envelope.expiresText(),
                envelope.hardTimeLimit(),
                envelope.softTimeLimit(),
                message.groupIndex(),
                message.nesting(),
                envelope.stampedHeaders(),
                envelope.stamps(),
                message.ignoreResult(),
                delivery.queue(),
                delivery.exchange(),
                delivery.routingKey(),
                delivery.redelivered(),
                properties(delivery.properties()),
                node);
    }

    private static Map<String, @Nullable Object> properties(MessageProperties sent) {
        Map<String, @Nullable Object> properties = new LinkedHashMap<>();
        put(properties, "content_type", sent.contentType());
        put(properties, "content_encoding", sent.contentEncoding());
        put(properties, "priority", sent.priority());
        put(properties, "correlation_id", sent.correlationId());
        put(properties, "reply_to", sent.replyTo());
        put(properties, "expiration", sent.expiration());
        properties.putAll(sent.others());
        return properties;
    }

    private static void put(Map<String, @Nullable Object> properties, String name, @Nullable Object value) {
        if (value != null) {
            properties.put(name, value);
        }
    }
}
