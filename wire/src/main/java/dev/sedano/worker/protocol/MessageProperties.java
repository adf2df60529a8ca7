package dev.sedano.worker.protocol;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The AMQP properties that a Celery message uses. Header values are plain: String (also for AMQP long strings, invalid
 * UTF-8 replaced), Boolean, Integer, Long, Double, BigDecimal, java.util.Date, byte[], List, Map and null.
 *
 * @param others properties that mean nothing to Celery itself, by name: {@code app_id}, {@code type}, {@code user_id},
 *     {@code message_id} and {@code timestamp}; those that are not set are absent
 */
public record MessageProperties(
        @Nullable String contentType,
        @Nullable String contentEncoding,
        @Nullable String correlationId,
        @Nullable String replyTo,
        @Nullable String expiration,
        @Nullable Integer priority,
        Map<String, @Nullable Object> headers,
        Map<String, Object> others) {
    /** Properties without others. */
    public MessageProperties(
            @Nullable String contentType,
            @Nullable String contentEncoding,
            @Nullable String correlationId,
            @Nullable String replyTo,
            @Nullable String expiration,
            @Nullable Integer priority,
            Map<String, @Nullable Object> headers) {
        this(contentType, contentEncoding, correlationId, replyTo, expiration, priority, headers, Map.of());
    }
}
