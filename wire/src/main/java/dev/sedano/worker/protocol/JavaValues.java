package dev.sedano.worker.protocol;

import dev.sedano.task.client.AsyncResult;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.ser.std.StdSerializer;
import tools.jackson.databind.util.TokenBuffer;

/** Plain values to the Java types of handlers and back. Thread-safe. */
final class JavaValues {
    private final JsonMapper mapper = JsonMapper.builder()
            .addModule(ScalarModule.create().addSerializer(AsyncResult.class, new ResultSerializer()))
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.USE_LONG_FOR_INTS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    @Nullable
    Object toPlain(Object value) {
        try (TokenBuffer buffer = TokenBuffer.forGeneration()) {
            mapper.writeValue(buffer, value);
            try (JsonParser parser = buffer.asParser()) {
                parser.nextToken();
                return PlainReader.read(parser, false);
            }
        } catch (JacksonException e) {
            throw new EncodingException(
                    "a value of type " + value.getClass().getName() + " has no JSON form; return a record, list or map",
                    false);
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the type is known at run time only
    <T> @Nullable T convert(@Nullable Object value, Type type) {
        if (type instanceof Class<?> wanted && value != null) {
            if (passes(value, wanted)) {
                return (T) value;
            }
            if (Scalars.handles(wanted)) {
                Object scalar = Scalars.convert(value, wanted);
                if (scalar == null) {
                    throw mismatch(value, type, "");
                }
                return (T) scalar;
            }
        }
        try {
            return mapper.convertValue(value, mapper.constructType(type));
        } catch (UnrecognizedPropertyException e) {
            throw mismatch(value, type, ": unknown property '" + e.getPropertyName() + "'" + at(e));
        } catch (JacksonException e) {
            throw mismatch(value, type, at(e));
        }
    }

    private static boolean passes(Object value, Class<?> wanted) {
        return wanted == value.getClass()
                || wanted == Object.class
                || (wanted == List.class && value instanceof List)
                || (wanted == Set.class && value instanceof Set)
                || (wanted == Map.class && value instanceof Map);
    }

    private static String at(JacksonException e) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference step : e.getPath()) {
            if (step.getPropertyName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        }
        return path.isEmpty() ? "" : " at " + path;
    }

    private static IllegalArgumentException mismatch(@Nullable Object value, Type type, String where) {
        return new IllegalArgumentException(
                "cannot read " + PythonTypes.name(value) + " as " + type.getTypeName() + where);
    }

    /** What a handler sent and returns: its caller gets the tuple, as from Celery. */
    private static final class ResultSerializer extends StdSerializer<AsyncResult> {
        ResultSerializer() {
            super(AsyncResult.class);
        }

        @Override
        public void serialize(AsyncResult value, JsonGenerator generator, SerializationContext context) {
            generator.writeEmbeddedObject(ResultTuple.of(value));
        }
    }
}
