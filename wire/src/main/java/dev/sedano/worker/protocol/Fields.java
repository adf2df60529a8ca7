package dev.sedano.worker.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of a task message by name, from headers or from a body of protocol 1, checked as they are read. */
record Fields(Map<String, ? extends @Nullable Object> values) {
    private static final String DIGEST = "sha256:";
    private static final int LONGEST_SHOWN = 80;

    /** A text, or null if absent or void. */
    @Nullable
    String text(String name) {
        Object value = values.get(name);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        if (value instanceof byte[] bytes) {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
            } catch (CharacterCodingException e) {
                throw bad(name, "is not valid UTF-8", "send text");
            }
        }
        throw bad(name, "is " + PythonTypes.name(value), "send text");
    }

    /**
     * The task id. Any text but those that name the record of an explicit key in the store: under such an id
     * one task would take another's place.
     */
    String id() {
        String id = text("id");
        if (id == null || id.isEmpty()) {
            throw bad("id", "is missing", "send the task id as text");
        }
        if (id.indexOf('\0') >= 0) {
            throw bad(
                    "id", "is '" + printable(id) + "', with a NUL character", "send an id without it, such as a UUID");
        }
        if (id.startsWith(DIGEST)) {
            throw bad(
                    "id",
                    "is '" + printable(id) + "', and ids that begin with '" + DIGEST + "' are kept for digests of keys",
                    "send another id, such as a UUID");
        }
        return id;
    }

    private static String printable(String text) {
        String cut = text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "...";
        return cut.replaceAll("\\p{Cntrl}", "?");
    }

    /** A text where nothing depends on it: null if it is none. */
    @Nullable
    String displayText(String name) {
        return values.get(name) instanceof String text ? text : null;
    }

    /** A whole number from 0 to {@code largest}, 0 if absent. */
    int count(String name, int largest) {
        Object value = values.get(name);
        if (value == null) {
            return 0;
        }
        if (!(value instanceof Integer || value instanceof Long || value instanceof Short || value instanceof Byte)) {
            throw bad(name, "is " + PythonTypes.name(value), "send an integer");
        }
        long number = ((Number) value).longValue();
        if (number < 0 || number > largest) {
            throw bad(name, "is " + number, "send an integer from 0 to " + largest);
        }
        return (int) number;
    }

    /** A small integer, or null if absent or of another kind, as the reference ignores those. */
    @Nullable
    Integer index(String name) {
        return values.get(name) instanceof Number number && number.intValue() == number.doubleValue()
                ? (Integer) number.intValue()
                : null;
    }

    @Nullable
    Instant time(String name) {
        Object value = values.get(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof String text)) {
            throw bad(name, "is " + PythonTypes.name(value), "send an ISO 8601 text");
        }
        try {
            return IsoTimes.instant(text);
        } catch (ProtocolException e) {
            throw bad(name, "cannot be read as a time", "send ISO 8601 such as 2026-01-31T12:00:00+00:00");
        }
    }

    /** Python's truth of a flag; null if absent. */
    @Nullable
    Boolean flag(String name) {
        Object value = values.get(name);
        return value instanceof Boolean flag
                ? flag
                : value instanceof Number number ? (Boolean) (number.doubleValue() != 0) : null;
    }

    /** {@code [hard, soft]}, each a number or null. */
    List<?> timeLimit() {
        Object value = values.get("timelimit");
        if (value == null) {
            return Arrays.asList(null, null);
        }
        if (!(value instanceof List<?> limits) || limits.size() != 2) {
            throw bad("timelimit", "is not a list of two", "send [hard, soft]");
        }
        for (Object limit : limits) {
            if (limit != null && !(limit instanceof Number)) {
                throw bad("timelimit", "holds " + PythonTypes.name(limit), "send seconds or null");
            }
        }
        return limits;
    }

    /** The texts of a list; empty if absent or something else. */
    List<String> texts(String name) {
        return values.get(name) instanceof List<?> list
                ? list.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList()
                : List.of();
    }

    /** A map; empty if absent or something else. */
    Map<String, @Nullable Object> map(String name) {
        return values.get(name) instanceof Map<?, ?> map ? Embeds.stringKeyed(map) : Map.of();
    }

    private static MalformedField bad(String name, String problem, String cure) {
        return new MalformedField("field '" + name + "' " + problem + "; " + cure);
    }

    /** A field of the wrong type or an impossible value. */
    static final class MalformedField extends RuntimeException {
        MalformedField(String message) {
            super(message);
        }
    }
}
