package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.LongString;
import dev.sedano.worker.protocol.MessageProperties;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** AMQP properties as plain values: the client's {@code LongString} becomes text, nested ones too. */
final class PlainHeaders {
    private PlainHeaders() {}

    static MessageProperties of(AMQP.BasicProperties properties) {
        Map<String, Object> headers = properties.getHeaders();
        return new MessageProperties(
                properties.getContentType(),
                properties.getContentEncoding(),
                properties.getCorrelationId(),
                properties.getReplyTo(),
                properties.getExpiration(),
                properties.getPriority(),
                headers == null ? Map.of() : table(headers),
                others(properties));
    }

    private static Map<String, Object> others(AMQP.BasicProperties properties) {
        Map<String, Object> others = new LinkedHashMap<>();
        put(others, "app_id", properties.getAppId());
        put(others, "type", properties.getType());
        put(others, "user_id", properties.getUserId());
        put(others, "message_id", properties.getMessageId());
        put(others, "timestamp", properties.getTimestamp());
        return others.isEmpty() ? Map.of() : others;
    }

    private static void put(Map<String, Object> others, String name, @Nullable Object value) {
        if (value != null) {
            others.put(name, value);
        }
    }

    private static Map<String, @Nullable Object> table(Map<?, ?> headers) {
        Map<String, @Nullable Object> plain = new LinkedHashMap<>(headers.size() * 2);
        headers.forEach((name, value) -> plain.put(String.valueOf(name), plain(value)));
        return plain;
    }

    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof LongString text) {
            return text.toString();
        } else if (value instanceof Map<?, ?> table) {
            return table(table);
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> plain = new ArrayList<>(list.size());
            list.forEach(element -> plain.add(plain(element)));
            return plain;
        }
        return value;
    }
}
