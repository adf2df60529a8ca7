package dev.sedano.worker.protocol;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/** Makes Jackson treat the scalars of Celery as one token, so that {@link Scalars} alone decides about them. */
final class ScalarModule {
    private ScalarModule() {}

    static SimpleModule create() {
        SimpleModule module = new SimpleModule("celery scalars");
        for (Class<?> type : List.of(
                Instant.class,
                OffsetDateTime.class,
                ZonedDateTime.class,
                LocalDateTime.class,
                LocalDate.class,
                LocalTime.class,
                OffsetTime.class,
                UUID.class,
                BigDecimal.class,
                PythonDecimal.class,
                byte[].class)) {
            embed(module, type);
        }
        for (Class<?> type : Scalars.types()) {
            read(module, type);
        }
        return module;
    }

    private static <T> void embed(SimpleModule module, Class<T> type) {
        module.addSerializer(type, new Embed<>(type));
    }

    private static <T> void read(SimpleModule module, Class<T> type) {
        module.addDeserializer(type, new Read<>(type));
    }

    private static final class Embed<T> extends StdSerializer<T> {
        Embed(Class<T> type) {
            super(type);
        }

        @Override
        public void serialize(T value, JsonGenerator generator, SerializationContext context) {
            generator.writeEmbeddedObject(value);
        }
    }

    private static final class Read<T> extends StdDeserializer<T> {
        private final Class<T> type;

        Read(Class<T> type) {
            super(type);
            this.type = type;
        }

        @Override
        @SuppressWarnings("unchecked")
        public T deserialize(JsonParser parser, DeserializationContext context) {
            Object plain = PlainReader.read(parser, false);
            Object scalar = plain == null ? null : Scalars.convert(plain, type);
            return scalar != null ? (T) scalar : (T) context.reportInputMismatch(this, "does not fit");
        }

        @Override
        public @Nullable Object getNullValue(DeserializationContext context) {
            return type.isPrimitive() ? context.reportInputMismatch(this, "null for a primitive") : null;
        }
    }
}
