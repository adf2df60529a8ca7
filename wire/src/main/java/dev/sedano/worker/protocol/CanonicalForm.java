package dev.sedano.worker.protocol;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The bytes that {@link Fingerprint} documents. For one use, by one thread. */
final class CanonicalForm {
    private byte[] buffer = new byte[512];
    private int size;

    void updateTo(MessageDigest digest) {
        digest.update(buffer, 0, size);
    }

    void value(@Nullable Object value) {
        if (value == null) {
            put('n');
        } else if (value instanceof Boolean flag) {
            put(flag ? 't' : 'f');
        } else if (value instanceof Long || value instanceof Integer || value instanceof BigInteger) {
            content('i', value.toString());
        } else if (value instanceof Double number) {
            content('d', Long.toHexString(Double.doubleToLongBits(number)));
        } else if (value instanceof String text) {
            content('s', text);
        } else if (value instanceof List<?> list) {
            content('l', Integer.toString(list.size()));
            list.forEach(this::value);
        } else if (value instanceof Map<?, ?> map) {
            map(map);
        } else if (value instanceof Set<?> set) {
            set(set);
        } else {
            tagged(value);
        }
    }

    private void map(Map<?, ?> map) {
        content('m', Integer.toString(map.size()));
        List<ByKey> entries = new ArrayList<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            CanonicalForm key = new CanonicalForm();
            key.text(MapKeys.text(entry.getKey()));
            entries.add(new ByKey(key.bytes(), entry));
        }
        Collections.sort(entries);
        for (ByKey each : entries) {
            content('s', MapKeys.text(each.entry().getKey()));
            value(each.entry().getValue());
        }
    }

    /** In the order of code points, which is that of UTF-8 bytes; String's own order differs beyond the BMP. */
    private record ByKey(byte[] key, Map.Entry<?, ?> entry) implements Comparable<ByKey> {
        @Override
        public int compareTo(ByKey other) {
            return Arrays.compareUnsigned(key, other.key);
        }
    }

    private void set(Set<?> set) {
        content('S', Integer.toString(set.size()));
        List<byte[]> elements = new ArrayList<>();
        for (Object element : set) {
            CanonicalForm form = new CanonicalForm();
            form.value(element);
            elements.add(form.bytes());
        }
        elements.sort(Arrays::compareUnsigned);
        elements.forEach(this::put);
    }

    private void tagged(Object value) {
        if (value instanceof OffsetDateTime time) {
            tag("datetime", IsoTimes.format(time));
        } else if (value instanceof LocalDateTime time) {
            tag("datetime", IsoTimes.format(time));
        } else if (value instanceof LocalDate date) {
            tag("date", IsoTimes.format(date));
        } else if (value instanceof LocalTime time) {
            tag("time", IsoTimes.format(time));
        } else if (value instanceof OffsetTime time) {
            tag("time", IsoTimes.format(time));
        } else if (value instanceof BigDecimal || value instanceof UUID) {
            tag(value instanceof UUID ? "uuid" : "decimal", value.toString());
        } else if (value instanceof PythonDecimal decimal) {
            tag("decimal", decimal.canonical());
        } else if (value instanceof byte[] bytes) {
            tag("bytes", HexFormat.of().formatHex(bytes));
        } else {
            throw new IllegalArgumentException(
                    "not a plain value: " + value.getClass().getName());
        }
    }

    private void tag(String type, String text) {
        content('T', type);
        content('s', text);
    }

    private void content(char kind, String text) {
        put(kind);
        int at = size;
        room(4);
        size += 4;
        text(text);
        int length = size - at - 4;
        buffer[at] = (byte) (length >>> 24);
        buffer[at + 1] = (byte) (length >>> 16);
        buffer[at + 2] = (byte) (length >>> 8);
        buffer[at + 3] = (byte) length;
    }

    private void text(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                put(c);
            } else if (c < 0x800) {
                put(0xc0 | (c >> 6));
                put(0x80 | (c & 0x3f));
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                int point = Character.toCodePoint(c, text.charAt(++i));
                put(0xf0 | (point >> 18));
                put(0x80 | ((point >> 12) & 0x3f));
                put(0x80 | ((point >> 6) & 0x3f));
                put(0x80 | (point & 0x3f));
            } else {
                put(0xe0 | (c >> 12));
                put(0x80 | ((c >> 6) & 0x3f));
                put(0x80 | (c & 0x3f));
            }
        }
    }

    private byte[] bytes() {
        return Arrays.copyOf(buffer, size);
    }

    private void put(byte[] octets) {
        room(octets.length);
        System.arraycopy(octets, 0, buffer, size, octets.length);
        size += octets.length;
    }

    private void put(int octet) {
        room(1);
        buffer[size++] = (byte) octet;
    }

    private void room(int more) {
        if (buffer.length - size < more) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2 + more);
        }
    }
}
