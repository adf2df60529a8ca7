package dev.sedano.worker.protocol;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the tagged types of kombu/utils/json.py: a map with exactly the keys {@code __type__}, {@code __value__}. */
final class CeleryTags {
    static final String TYPE = "__type__";
    static final String VALUE = "__value__";
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern UUID_EXTRAS = Pattern.compile("urn:|uuid:|[{}-]");

    private CeleryTags() {}

    /** The value that {@code map} stands for: itself unless it is tagged. */
    static Object untag(Map<String, @Nullable Object> map) {
        if (map.size() != 2 || !map.containsKey(TYPE) || !map.containsKey(VALUE)) {
            return map;
        }
        Object type = map.get(TYPE);
        Object value = map.get(VALUE);
        if (!(type instanceof String tag)) {
            throw new ProtocolException("a tagged value whose __type__ is not a string");
        }
        return switch (tag) {
            case "datetime" -> IsoTimes.dateTime(text(tag, value));
            case "date" -> IsoTimes.date(text(tag, value));
            case "time" -> IsoTimes.time(text(tag, value));
            case "decimal" -> PythonDecimal.parse(text(tag, value));
            case "bytes" -> utf8(text(tag, value));
            case "base64" -> base64(text(tag, value));
            case "uuid" -> {
                if (!(value instanceof Map<?, ?> fields) || fields.size() != 1) {
                    throw notOfForm(tag);
                }
                yield uuid(text(tag, fields.get("hex")));
            }
            default ->
                throw new ProtocolException(
                        "a tagged value of an unknown __type__; known are datetime, date, time, decimal, uuid, bytes, base64");
        };
    }

    static UUID uuid(String text) {
        String hex = UUID_EXTRAS.matcher(text).replaceAll("").toLowerCase(Locale.ROOT);
        if (!HEX.matcher(hex).matches()) {
            throw new ProtocolException("a uuid that is not 32 hexadecimal digits");
        }
        return new UUID(Long.parseUnsignedLong(hex, 0, 16, 16), Long.parseUnsignedLong(hex, 16, 32, 16));
    }

    /** As Python encodes: half a surrogate pair is an error, where {@link String#getBytes} would put a question mark. */
    private static byte[] utf8(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new ProtocolException("a value tagged bytes with half a surrogate pair, which has no UTF-8 form");
        }
    }

    private static byte[] base64(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new ProtocolException("a value tagged base64 that is not base64");
        }
    }

    private static String text(String tag, @Nullable Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw notOfForm(tag);
    }

    private static ProtocolException notOfForm(String tag) {
        return new ProtocolException("a value tagged " + tag + " that is not of that form");
    }
}
