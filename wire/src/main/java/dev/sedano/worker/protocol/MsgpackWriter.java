package dev.sedano.worker.protocol;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes MessagePack as kombu does ({@code msgpack.packb(use_bin_type=True)}), each value in its shortest form. Times
 * with an offset become MessagePack's timestamps, which Python reads as {@code msgpack.Timestamp}; for other times, decimals
 * and UUIDs there is no form, as in Python.
 */
final class MsgpackWriter extends ValueWriter {
    private static final BigInteger MOST = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private final Output out;

    private MsgpackWriter(int maxBytes, Function<Object, @Nullable Object> toPlain) {
        super("msgpack", toPlain);
        this.out = new Output(maxBytes, "msgpack");
    }

    static byte[] write(@Nullable Object value, int maxBytes, Function<Object, @Nullable Object> toPlain) {
        MsgpackWriter writer = new MsgpackWriter(maxBytes, toPlain);
        writer.value(value, 0);
        return writer.out.bytes();
    }

    @Override
    void nothing() {
        out.put(0xc0);
    }

    @Override
    void flag(boolean flag) {
        out.put(flag ? 0xc3 : 0xc2);
    }

    @Override
    void integer(long number) {
        if (number >= -32 && number < 128) {
            out.put((int) number);
        } else if (number >= 0) {
            if (number < 1 << 8) {
                head(0xcc, number, 1);
            } else if (number < 1 << 16) {
                head(0xcd, number, 2);
            } else {
                head(number < 1L << 32 ? 0xce : 0xcf, number, number < 1L << 32 ? 4 : 8);
            }
        } else if (number >= Byte.MIN_VALUE) {
            head(0xd0, number, 1);
        } else if (number >= Short.MIN_VALUE) {
            head(0xd1, number, 2);
        } else {
            head(number >= Integer.MIN_VALUE ? 0xd2 : 0xd3, number, number >= Integer.MIN_VALUE ? 4 : 8);
        }
    }

    @Override
    void integer(BigInteger number) {
        if (number.bitLength() < 64) {
            integer(number.longValue());
        } else if (number.signum() > 0 && number.compareTo(MOST) <= 0) {
            head(0xcf, number.longValue(), 8);
        } else {
            throw new EncodingException("an integer beyond 64 bits, which msgpack has no form for; use json", false);
        }
    }

    @Override
    void floating(double number) {
        head(0xcb, Double.doubleToLongBits(number), 8);
    }

    @Override
    void text(String text) {
        ByteBuffer utf8;
        try {
            utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new EncodingException("a text with half a surrogate pair, which has no UTF-8 form", false);
        }
        int length = utf8.remaining();
        if (length < 32) {
            out.put(0xa0 | length);
        } else if (length < 1 << 8) {
            head(0xd9, length, 1);
        } else {
            head(length < 1 << 16 ? 0xda : 0xdb, length, length < 1 << 16 ? 2 : 4);
        }
        byte[] bytes = new byte[length];
        utf8.get(bytes);
        out.put(bytes);
    }

    @Override
    void bytes(byte[] bytes) {
        if (bytes.length < 1 << 8) {
            head(0xc4, bytes.length, 1);
        } else {
            head(bytes.length < 1 << 16 ? 0xc5 : 0xc6, bytes.length, bytes.length < 1 << 16 ? 2 : 4);
        }
        out.put(bytes);
    }

    @Override
    void aware(OffsetDateTime time) {
        Instant instant = time.toInstant();
        long seconds = instant.getEpochSecond();
        long nanos = instant.getNano();
        if (seconds >>> 34 != 0) {
            out.put(0xc7);
            out.put(12);
            out.put(0xff);
            out.put(nanos, 4);
            out.put(seconds, 8);
        } else if (nanos == 0 && seconds >>> 32 == 0) {
            out.put(0xd6);
            out.put(0xff);
            out.put(seconds, 4);
        } else {
            out.put(0xd7);
            out.put(0xff);
            out.put(nanos << 34 | seconds, 8);
        }
    }

    @Override
    void naive(LocalDateTime time) {
        throw noForm(time);
    }

    @Override
    void date(LocalDate date) {
        throw noForm(date);
    }

    @Override
    void list(Collection<?> elements, int depth) {
        int size = elements.size();
        if (size < 16) {
            out.put(0x90 | size);
        } else {
            head(size < 1 << 16 ? 0xdc : 0xdd, size, size < 1 << 16 ? 2 : 4);
        }
        for (Object element : elements) {
            value(element, depth + 1);
        }
    }

    /** As a list: Java's sets are lists in JSON, too. */
    @Override
    void set(Set<?> elements, int depth) {
        list(elements, depth);
    }

    @Override
    void map(Map<?, ?> map, int depth) {
        int size = map.size();
        if (size < 16) {
            out.put(0x80 | size);
        } else {
            head(size < 1 << 16 ? 0xde : 0xdf, size, size < 1 << 16 ? 2 : 4);
        }
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            text(textKey(entry.getKey()));
            value(entry.getValue(), depth + 1);
        }
    }

    private void head(int type, long number, int octets) {
        out.put(type);
        out.put(number, octets);
    }
}
