package dev.sedano.worker.protocol;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Builds plain values from tokens, of JSON text or of a buffer that Jackson filled from a Java object. */
final class PlainReader {
    private PlainReader() {}

    /** The value that starts at the parser's current token; the parser then stands on its last token. */
    static @Nullable Object read(JsonParser parser, boolean untag) {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new ProtocolException("the JSON text ends too early");
        }
        return switch (token) {
            case START_ARRAY -> list(parser, untag);
            case START_OBJECT -> untag ? CeleryTags.untag(map(parser, true)) : map(parser, false);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> floating(parser, untag);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case VALUE_EMBEDDED_OBJECT -> parser.getEmbeddedObject();
            case END_ARRAY, END_OBJECT, PROPERTY_NAME, NOT_AVAILABLE ->
                throw new ProtocolException("a JSON token out of place");
        };
    }

    private static List<@Nullable Object> list(JsonParser parser, boolean untag) {
        List<@Nullable Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            list.add(read(parser, untag));
        }
        return list;
    }

    /** Of duplicate keys the last wins, at the place of the first, as in Python. */
    private static Map<String, @Nullable Object> map(JsonParser parser, boolean untag) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            map.put(key, read(parser, untag));
        }
        return map;
    }

    private static Object integer(JsonParser parser) {
        return switch (parser.getNumberType()) {
            case BIG_INTEGER -> parser.getBigIntegerValue();
            default -> (Object) parser.getLongValue();
        };
    }

    private static Object floating(JsonParser parser, boolean text) {
        if (!text) {
            return parser.getNumberValue();
        }
        if (parser.isNaN()) {
            return notFinite(parser);
        }
        return parser.getDoubleValue();
    }

    /** Python knows these three spellings; Jackson reads further ones. A number beyond the range is infinite, too. */
    private static Double notFinite(JsonParser parser) {
        String text = parser.getString();
        return switch (text) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> {
                char last = text.charAt(text.length() - 1);
                if (last < '0' || last > '9') {
                    throw new ProtocolException("a number that JSON of Python does not know");
                }
                yield Double.parseDouble(text);
            }
        };
    }
}
