package dev.sedano.worker.amqp;

import com.rabbitmq.client.AMQP;
import dev.sedano.worker.protocol.MessageProperties;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Plain properties as the AMQP client takes them; persistent unless {@code delivery_mode} says otherwise. */
public final class AmqpProperties {
    private static final int PERSISTENT = 2;

    private AmqpProperties() {}

    /** All of them, others included. */
    public static AMQP.BasicProperties of(MessageProperties properties) {
        Map<String, Object> others = properties.others();
        return new AMQP.BasicProperties.Builder()
                .contentType(properties.contentType())
                .contentEncoding(properties.contentEncoding())
                .correlationId(properties.correlationId())
                .replyTo(properties.replyTo())
                .priority(properties.priority())
                .expiration(properties.expiration())
                .deliveryMode(others.get("delivery_mode") instanceof Number mode ? mode.intValue() : PERSISTENT)
                .appId(text(others.get("app_id")))
                .userId(text(others.get("user_id")))
                .messageId(text(others.get("message_id")))
                .type(text(others.get("type")))
                .timestamp(time(others.get("timestamp")))
                .headers(writable(properties.headers()))
                .build();
    }

    private static @Nullable String text(@Nullable Object value) {
        return value instanceof String text ? text : null;
    }

    /** Python's callers give seconds. */
    private static @Nullable Date time(@Nullable Object value) {
        if (value instanceof Number seconds) {
            return Date.from(Instant.ofEpochSecond(seconds.longValue()));
        }
        return value instanceof Date date ? date : null;
    }

    @SuppressWarnings({"NullAway", "unchecked"
    }) // the client takes null values (AMQP void), its signature does not say so
    static Map<String, Object> writable(Map<String, @Nullable Object> headers) {
        return (Map<String, Object>) (Map<String, ?>) headers;
    }
}
