package dev.sedano.worker.protocol;

import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/**
 * JSON as Celery speaks it (kombu/utils/json.py on Python's json): bare NaN and Infinity, unbounded integers, tagged
 * types. Decodes to the plain values that {@link TaskMessage} lists. Thread-safe.
 *
 * <p>Limits: 500 levels, numbers of 10,000 digits, texts of 128 Mi characters. Unpaired surrogates survive in values;
 * in the keys of maps Jackson refuses them.
 */
public final class CeleryJson {
    static final int DEEPEST = 500;
    private static final int LONGEST_NUMBER = 10_000;
    private static final int LONGEST_TEXT = 128 << 20;

    private final JsonFactory factory = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNumberLength(LONGEST_NUMBER)
                    .maxStringLength(LONGEST_TEXT)
                    .maxNameLength(LONGEST_TEXT)
                    .build())
            .build();
    private final JavaValues javaValues = new JavaValues();

    /**
     * The plain value of a UTF-8 text.
     *
     * @throws ProtocolException if it is not one JSON value; the message holds no text of it
     */
    public @Nullable Object decode(byte[] json) {
        return decode(json, StandardCharsets.UTF_8);
    }

    /**
     * The plain value of a text in {@code charset}.
     *
     * @throws ProtocolException if it is not one JSON value; the message holds no text of it
     */
    public @Nullable Object decode(byte[] json, Charset charset) {
        try (JsonParser parser = parser(json, charset)) {
            if (parser.nextToken() == null) {
                throw new ProtocolException("the JSON text is empty");
            }
            Object value = PlainReader.read(parser, true);
            if (parser.nextToken() != null) {
                throw new ProtocolException("text after the end of the JSON value");
            }
            return value;
        } catch (JacksonException e) {
            throw malformed(e);
        }
    }

    /**
     * The JSON text of a plain value or of what a handler returns: records, beans and enums as Jackson maps them,
     * {@code java.time} values, BigDecimal, UUID and byte[] as Celery's tagged types, an {@code AsyncResult} as {@link
     * ResultTuple}.
     *
     * @throws EncodingException if the value has no JSON form
     */
    public byte[] encode(@Nullable Object value) {
        return encode(value, LONGEST_TEXT);
    }

    /**
     * As {@link #encode(Object)}, but of at most {@code maxBytes}.
     *
     * @throws EncodingException if the value has no JSON form, or, {@code tooLarge}, a longer one
     */
    public byte[] encode(@Nullable Object value, int maxBytes) {
        PythonJsonWriter writer = new PythonJsonWriter(maxBytes, javaValues::toPlain);
        writer.value(value);
        return writer.bytes();
    }

    /**
     * A plain value as a Java type that a handler declares.
     *
     * @param value a plain value
     * @param type a class or a parameterised type
     * @throws IllegalArgumentException if it does not fit; the message names types and property names, never values
     */
    @SuppressWarnings("TypeParameterUnusedInFormals") // the type is known at run time only
    public <T> @Nullable T convert(@Nullable Object value, Type type) {
        return javaValues.convert(value, type);
    }

    @Nullable
    Object toPlain(Object value) {
        return javaValues.toPlain(value);
    }

    private JsonParser parser(byte[] json, Charset charset) {
        if (isAscii(json)) {
            return factory.createParser(ObjectReadContext.empty(), json, 0, json.length);
        }
        try {
            // Strict: a replaced byte would run the task with other arguments than were sent.
            String text = charset.newDecoder().decode(ByteBuffer.wrap(json)).toString();
            if (text.indexOf('\0') >= 0 || text.charAt(0) == '\uFEFF') {
                throw new ProtocolException("the body starts with a byte order mark or holds a NUL; send JSON without");
            }
            return factory.createParser(ObjectReadContext.empty(), text);
        } catch (CharacterCodingException e) {
            throw new ProtocolException("the body is not valid " + charset.name());
        }
    }

    /** NUL is no ASCII here: Jackson would guess UTF-16 from it. */
    private static boolean isAscii(byte[] json) {
        for (byte b : json) {
            if (b <= 0) {
                return false;
            }
        }
        return true;
    }

    private static ProtocolException malformed(JacksonException e) {
        if (e instanceof StreamConstraintsException) {
            return ProtocolException.limit("body: beyond " + DEEPEST + " levels, or a number beyond " + LONGEST_NUMBER
                    + " digits; send a flatter structure, or the number as text");
        }
        var location = e.getLocation();
        return new ProtocolException("the body is not JSON"
                + (location == null ? "" : ", at line " + location.getLineNr() + " column " + location.getColumnNr()));
    }
}
