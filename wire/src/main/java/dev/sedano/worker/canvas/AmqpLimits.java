package dev.sedano.worker.canvas;

import dev.sedano.worker.protocol.MessageProperties;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What AMQP 0-9-1 can carry beside a body. Checked before an outcome is recorded: a follow-up that can never be sent would
 * hold its delivery for ever, in every worker it comes to.
 */
final class AmqpLimits {
    private static final int LONGEST_TEXT = 255;
    /** All headers go into one frame; 128 KiB is the broker's default, some of it is taken by the other properties. */
    private static final int MOST_HEADER_BYTES = 120 << 10;

    private static final int DEEPEST = 24;

    private AmqpLimits() {}

    /** @throws UnsendableException if {@code message} cannot be encoded */
    static void check(OutgoingMessage message) {
        text("exchange", message.exchange());
        text("routing key or queue", message.routingKey());
        MessageProperties properties = message.properties();
        text("reply_to", properties.replyTo());
        text("task id", properties.correlationId());
        text("content type", properties.contentType());
        text("content encoding", properties.contentEncoding());
        text("expiration", properties.expiration());
        if (table(properties.headers(), 0) > MOST_HEADER_BYTES) {
            throw new UnsendableException("a follow-up has more than " + MOST_HEADER_BYTES / 1024
                    + " KiB of headers: send large values as arguments");
        }
    }

    /** Whether {@code headers} can have one more. */
    static boolean carry(Map<String, @Nullable Object> headers, String name, @Nullable Object value) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        try {
            return table(more, 0) <= MOST_HEADER_BYTES;
        } catch (UnsendableException e) {
            return false;
        }
    }

    private static void text(String field, @Nullable String value) {
        if (value != null && bytes(value) > LONGEST_TEXT) {
            throw new UnsendableException("the " + field + " of a follow-up has " + bytes(value) + " bytes: AMQP takes "
                    + LONGEST_TEXT + ", give a shorter one");
        }
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static long table(Map<?, ?> table, int depth) {
        if (depth > DEEPEST) {
            throw new UnsendableException("a header of a follow-up is nested deeper than " + DEEPEST + " levels");
        }
        long size = 4;
        for (Map.Entry<?, ?> entry : table.entrySet()) {
            String name = String.valueOf(entry.getKey());
            text("header name", name);
            size += 2 + bytes(name) + value(name, entry.getValue(), depth + 1);
        }
        return size;
    }

    private static long value(String header, @Nullable Object value, int depth) {
        if (value instanceof String text) {
            return 4L + bytes(text);
        } else if (value instanceof byte[] raw) {
            return 4L + raw.length;
        } else if (value instanceof Map<?, ?> table) {
            return table(table, depth);
        } else if (value instanceof List<?> list) {
            long size = depth > DEEPEST ? table(Map.of(), depth) : 4;
            for (Object each : list) {
                size += 1 + value(header, each, depth + 1);
            }
            return size;
        } else if (value instanceof BigDecimal number
                && number.unscaledValue().bitLength() < Integer.SIZE
                && number.scale() >= 0
                && number.scale() <= LONGEST_TEXT) {
            return 5;
        } else if (value == null
                || value instanceof Integer
                || value instanceof Long
                || value instanceof Short
                || value instanceof Byte
                || value instanceof Boolean
                || value instanceof Double
                || value instanceof Float
                || value instanceof Date) {
            return 8;
        }
        throw new UnsendableException("header \"" + header + "\" of a follow-up is a "
                + value.getClass().getSimpleName() + ", which AMQP headers cannot carry: send it as text");
    }
}
