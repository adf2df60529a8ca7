package dev.sedano.worker.protocol;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The AMQP properties that a Celery message uses. Header values are plain: String (also for AMQP long strings, invalid
 * UTF-8 replaced), Boolean, Integer, Long, Double, BigDecimal, java.util.Date, byte[], List, Map and null.
 */
public record MessageProperties(
        @Nullable String contentType,
        @Nullable String contentEncoding,
        @Nullable String correlationId,
        @Nullable String replyTo,
        @Nullable String expiration,
        @Nullable Integer priority,
        Map<String, @Nullable Object> headers) {}
