package dev.sedano.worker.protocol;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads MessagePack as kombu does ({@code msgpack.unpackb(raw=False)}): text is UTF-8, {@code bin} is byte[], keys of
 * maps are text. Lengths are compared with what is left before anything is allocated. For one use, by one thread.
 */
final class MsgpackReader {
    private static final int TIMESTAMP = -1;
    private static final BigInteger TWO_64 = BigInteger.ONE.shiftLeft(64);

    private final ByteBuffer in;
    private final int deepest;

    private MsgpackReader(byte[] bytes, int deepest) {
        this.in = ByteBuffer.wrap(bytes);
        this.deepest = deepest;
    }

    /**
     * The plain value of {@code bytes}.
     *
     * @param deepest most levels of lists and maps
     * @throws ProtocolException if they are not one MessagePack value
     */
    static @Nullable Object read(byte[] bytes, int deepest) {
        MsgpackReader reader = new MsgpackReader(bytes, deepest);
        try {
            Object value = reader.value(0);
            if (reader.in.hasRemaining()) {
                throw new ProtocolException("body: bytes after the end of the msgpack value; send one value");
            }
            return value;
        } catch (BufferUnderflowException e) {
            throw truncated();
        }
    }

    private @Nullable Object value(int depth) {
        int type = in.get() & 0xff;
        if (type < 0x80) {
            return (long) type;
        } else if (type < 0x90) {
            return map(type & 0xf, depth);
        } else if (type < 0xa0) {
            return list(type & 0xf, depth);
        } else if (type < 0xc0) {
            return text(type & 0x1f);
        } else if (type >= 0xe0) {
            return (long) (byte) type;
        }
        return switch (type) {
            case 0xc0 -> null;
            case 0xc2 -> false;
            case 0xc3 -> true;
            case 0xc4 -> bytes(length(1));
            case 0xc5 -> bytes(length(2));
            case 0xc6 -> bytes(length(4));
            case 0xc7 -> extension(length(1));
            case 0xc8 -> extension(length(2));
            case 0xc9 -> extension(length(4));
            case 0xca -> (double) in.getFloat();
            case 0xcb -> in.getDouble();
            case 0xcc -> in.get() & 0xffL;
            case 0xcd -> in.getShort() & 0xffffL;
            case 0xce -> in.getInt() & 0xffff_ffffL;
            case 0xcf -> unsigned(in.getLong());
            case 0xd0 -> (long) in.get();
            case 0xd1 -> (long) in.getShort();
            case 0xd2 -> (long) in.getInt();
            case 0xd3 -> in.getLong();
            case 0xd4 -> extension(1);
            case 0xd5 -> extension(2);
            case 0xd6 -> extension(4);
            case 0xd7 -> extension(8);
            case 0xd8 -> extension(16);
            case 0xd9 -> text(length(1));
            case 0xda -> text(length(2));
            case 0xdb -> text(length(4));
            case 0xdc -> list(length(2), depth);
            case 0xdd -> list(length(4), depth);
            case 0xde -> map(length(2), depth);
            case 0xdf -> map(length(4), depth);
            default -> throw new ProtocolException("body: the byte 0xc1 begins no msgpack value; send msgpack");
        };
    }

    private static Object unsigned(long bits) {
        return bits >= 0 ? (Object) bits : BigInteger.valueOf(bits).add(TWO_64);
    }

    /** A length, which cannot be more than the bytes that are left: everything that is counted takes at least one. */
    private int length(int octets) {
        long length = switch (octets) {
            case 1 -> in.get() & 0xff;
            case 2 -> in.getShort() & 0xffff;
            default -> in.getInt() & 0xffff_ffffL;
        };
        if (length > in.remaining()) {
            throw truncated();
        }
        return (int) length;
    }

    private byte[] bytes(int length) {
        if (length > in.remaining()) {
            throw truncated();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private String text(int length) {
        if (length > in.remaining()) {
            throw truncated();
        }
        ByteBuffer part = in.slice(in.position(), length);
        in.position(in.position() + length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(part).toString();
        } catch (CharacterCodingException e) {
            throw new ProtocolException("body: a msgpack text that is not valid UTF-8; send bytes as bin");
        }
    }

    private List<@Nullable Object> list(int length, int depth) {
        checkDepth(depth);
        List<@Nullable Object> list = new ArrayList<>(Math.min(length, 1024));
        for (int i = 0; i < length; i++) {
            list.add(value(depth + 1));
        }
        return list;
    }

    private Map<String, @Nullable Object> map(int length, int depth) {
        checkDepth(depth);
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < length; i++) {
            Object key = value(depth + 1);
            if (!(key instanceof String name)) {
                throw new ProtocolException(
                        "body: a key of a msgpack map is " + PythonTypes.name(key) + "; use text keys");
            }
            map.put(name, value(depth + 1));
        }
        return map;
    }

    private void checkDepth(int depth) {
        if (depth >= deepest) {
            throw ProtocolException.limit("body: nested deeper than " + deepest + " levels; send a flatter structure");
        }
    }

    private Object extension(int length) {
        int type = in.get();
        byte[] data = bytes(length);
        if (type != TIMESTAMP) {
            throw new ProtocolException(
                    "body: a msgpack extension of type " + type + "; send text, numbers, lists and maps");
        }
        return timestamp(ByteBuffer.wrap(data), length);
    }

    private static OffsetDateTime timestamp(ByteBuffer data, int length) {
        try {
            Instant instant = switch (length) {
                case 4 -> Instant.ofEpochSecond(data.getInt() & 0xffff_ffffL);
                case 8 -> {
                    long both = data.getLong();
                    yield ofSecond(both & 0x3_ffff_ffffL, (int) (both >>> 34));
                }
                case 12 -> {
                    int nanos = data.getInt();
                    yield ofSecond(data.getLong(), nanos);
                }
                default -> throw new ProtocolException("body: a msgpack timestamp of " + length + " bytes");
            };
            return instant.atOffset(ZoneOffset.UTC);
        } catch (DateTimeException | ArithmeticException e) {
            throw new ProtocolException("body: a msgpack timestamp out of range; send a year from 1 to 9999");
        }
    }

    private static Instant ofSecond(long second, int nanos) {
        if (nanos < 0 || nanos > 999_999_999) {
            throw new DateTimeException("nanoseconds");
        }
        return Instant.ofEpochSecond(second, nanos);
    }

    private static ProtocolException truncated() {
        return new ProtocolException("body: the msgpack value ends too early; send all of it");
    }
}
