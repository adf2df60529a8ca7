package dev.sedano.worker.protocol;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes one value as Python's {@code json.dumps} prints it: {@code ", "} and {@code ": "}, everything beyond ASCII
 * escaped. For one use, by one thread.
 */
final class PythonJsonWriter {
    private static final int DEEPEST = 500;
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final int maxBytes;
    private final Function<Object, @Nullable Object> toPlain;
    private byte[] buffer = new byte[256];
    private int size;

    /**
     * @param maxBytes more is an EncodingException
     * @param toPlain turns any other Java object to a plain value
     */
    PythonJsonWriter(int maxBytes, Function<Object, @Nullable Object> toPlain) {
        this.maxBytes = maxBytes;
        this.toPlain = toPlain;
    }

    byte[] bytes() {
        return Arrays.copyOf(buffer, size);
    }

    void value(@Nullable Object value) {
        value(value, 0);
    }

    private void value(@Nullable Object value, int depth) {
        if (depth > DEEPEST) {
            throw new EncodingException("nested deeper than 500 levels, or containing itself", false);
        }
        if (value == null) {
            ascii("null");
        } else if (value instanceof CharSequence || value instanceof Character) {
            string(value.toString());
        } else if (value instanceof Number number && number(number)) {
            return;
        } else if (value instanceof Boolean) {
            ascii(value.toString());
        } else if (value instanceof Map<?, ?> map) {
            map(map, depth);
        } else if (value instanceof Collection<?> elements) {
            list(elements, depth);
        } else if (value instanceof Object[] array) {
            list(Arrays.asList(array), depth);
        } else if (!tagged(value)) {
            value(toPlain.apply(value), depth + 1);
        }
    }

    private boolean number(Number number) {
        if (number instanceof Double || number instanceof Float) {
            ascii(PythonFloat.repr(
                    number instanceof Float ? Double.parseDouble(number.toString()) : number.doubleValue()));
        } else if (number instanceof Long
                || number instanceof Integer
                || number instanceof Short
                || number instanceof Byte) {
            ascii(number.toString());
        } else if (number instanceof BigInteger integer) {
            ascii(PythonInteger.text(integer));
        } else if (number instanceof BigDecimal) {
            tag("decimal", number.toString());
        } else {
            return false;
        }
        return true;
    }

    private boolean tagged(Object value) {
        if (value instanceof OffsetDateTime time) {
            tag("datetime", IsoTimes.format(time));
        } else if (value instanceof Instant time) {
            tag("datetime", IsoTimes.format(time.atOffset(ZoneOffset.UTC)));
        } else if (value instanceof ZonedDateTime time) {
            tag("datetime", IsoTimes.format(time.toOffsetDateTime()));
        } else if (value instanceof LocalDateTime time) {
            tag("datetime", IsoTimes.format(time));
        } else if (value instanceof LocalDate date) {
            tag("date", IsoTimes.format(date));
        } else if (value instanceof LocalTime time) {
            tag("time", IsoTimes.format(time));
        } else if (value instanceof OffsetTime time) {
            tag("time", IsoTimes.format(time));
        } else if (value instanceof PythonDecimal decimal) {
            tag("decimal", decimal.text());
        } else if (value instanceof UUID uuid) {
            ascii("{\"__type__\": \"uuid\", \"__value__\": {\"hex\": \"");
            ascii(uuid.toString().replace("-", ""));
            ascii("\"}}");
        } else if (value instanceof byte[] bytes) {
            bytes(bytes);
        } else {
            return false;
        }
        return true;
    }

    private void tag(String type, String text) {
        ascii("{\"__type__\": \"");
        ascii(type);
        ascii("\", \"__value__\": ");
        string(text);
        ascii("}");
    }

    /** Bytes that are valid UTF-8 travel as text, as kombu sends them. */
    private void bytes(byte[] bytes) {
        try {
            tag(
                    "bytes",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException e) {
            tag("base64", Base64.getEncoder().encodeToString(bytes));
        }
    }

    private void list(Collection<?> elements, int depth) {
        ascii("[");
        boolean first = true;
        for (Object element : elements) {
            if (!first) {
                ascii(", ");
            }
            first = false;
            value(element, depth + 1);
        }
        ascii("]");
    }

    private void map(Map<?, ?> map, int depth) {
        ascii("{");
        boolean first = true;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!first) {
                ascii(", ");
            }
            first = false;
            string(MapKeys.text(entry.getKey(), toPlain));
            ascii(": ");
            value(entry.getValue(), depth + 1);
        }
        ascii("}");
    }

    private void string(String text) {
        room(text.length() + 2);
        buffer[size++] = '"';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c <= '~' && c != '"' && c != '\\') {
                room(1);
                buffer[size++] = (byte) c;
            } else {
                escape(c);
            }
        }
        ascii("\"");
    }

    private void escape(char c) {
        switch (c) {
            case '"' -> ascii("\\\"");
            case '\\' -> ascii("\\\\");
            case '\n' -> ascii("\\n");
            case '\r' -> ascii("\\r");
            case '\t' -> ascii("\\t");
            case '\b' -> ascii("\\b");
            case '\f' -> ascii("\\f");
            default -> {
                ascii("\\u");
                room(4);
                for (int shift = 12; shift >= 0; shift -= 4) {
                    buffer[size++] = (byte) HEX[(c >> shift) & 0xf];
                }
            }
        }
    }

    @SuppressWarnings("deprecation") // String.getBytes(int, int, byte[], int) is exact for ASCII and copies at once
    private void ascii(String text) {
        room(text.length());
        text.getBytes(0, text.length(), buffer, size);
        size += text.length();
    }

    private void room(int more) {
        if (more > maxBytes - size) {
            throw new EncodingException("longer than " + maxBytes + " bytes as JSON", true);
        }
        if (more > buffer.length - size) {
            buffer = Arrays.copyOf(buffer, Math.max(size + more, (int) Math.min(2L * buffer.length, maxBytes)));
        }
    }
}
