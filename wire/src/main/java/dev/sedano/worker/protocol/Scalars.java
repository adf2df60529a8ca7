package dev.sedano.worker.protocol;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one table of conversions from a plain value to a scalar Java type. A conversion never loses anything: 1.0 fits
 * an int, 1.5 does not; text is not a number, save for BigDecimal. Times without an offset are UTC.
 */
final class Scalars {
    private static final int LONGEST_DECIMAL_TEXT = 1000;
    private static final Map<Class<?>, Function<Object, @Nullable Object>> TO = Map.ofEntries(
            Map.entry(boolean.class, value -> value instanceof Boolean ? value : null),
            Map.entry(Boolean.class, value -> value instanceof Boolean ? value : null),
            Map.entry(byte.class, value -> exact(value, BigInteger::byteValueExact)),
            Map.entry(Byte.class, value -> exact(value, BigInteger::byteValueExact)),
            Map.entry(short.class, value -> exact(value, BigInteger::shortValueExact)),
            Map.entry(Short.class, value -> exact(value, BigInteger::shortValueExact)),
            Map.entry(int.class, value -> exact(value, BigInteger::intValueExact)),
            Map.entry(Integer.class, value -> exact(value, BigInteger::intValueExact)),
            Map.entry(long.class, value -> exact(value, BigInteger::longValueExact)),
            Map.entry(Long.class, value -> exact(value, BigInteger::longValueExact)),
            Map.entry(BigInteger.class, value -> exact(value, integer -> integer)),
            Map.entry(float.class, value -> value instanceof Number number ? number.floatValue() : null),
            Map.entry(Float.class, value -> value instanceof Number number ? number.floatValue() : null),
            Map.entry(double.class, value -> value instanceof Number number ? number.doubleValue() : null),
            Map.entry(Double.class, value -> value instanceof Number number ? number.doubleValue() : null),
            Map.entry(BigDecimal.class, Scalars::decimal),
            Map.entry(PythonDecimal.class, Scalars::pythonDecimal),
            Map.entry(String.class, value -> value instanceof String ? value : null),
            Map.entry(UUID.class, Scalars::uuid),
            Map.entry(byte[].class, value -> value instanceof byte[] ? value : null),
            Map.entry(Instant.class, value -> map(aware(value), OffsetDateTime::toInstant)),
            Map.entry(OffsetDateTime.class, Scalars::aware),
            Map.entry(ZonedDateTime.class, value -> map(aware(value), OffsetDateTime::toZonedDateTime)),
            Map.entry(
                    LocalDateTime.class,
                    value -> map(
                            aware(value),
                            time -> time.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime())),
            Map.entry(LocalDate.class, Scalars::date),
            Map.entry(LocalTime.class, value -> time(value) instanceof LocalTime local ? local : null),
            Map.entry(OffsetTime.class, Scalars::offsetTime));

    private Scalars() {}

    static Iterable<Class<?>> types() {
        return TO.keySet();
    }

    static boolean handles(Class<?> type) {
        return TO.containsKey(type);
    }

    /** The value as {@code type}, or null if it does not fit. */
    static @Nullable Object convert(Object value, Class<?> type) {
        Function<Object, @Nullable Object> conversion = TO.get(type);
        try {
            return conversion == null ? null : conversion.apply(value);
        } catch (ArithmeticException | ProtocolException e) {
            return null;
        }
    }

    private static @Nullable Object exact(Object value, Function<BigInteger, Object> narrow) {
        if (value instanceof BigInteger integer) {
            return narrow.apply(integer);
        }
        if (value instanceof Long || value instanceof Integer) {
            return narrow.apply(BigInteger.valueOf(((Number) value).longValue()));
        }
        if (value instanceof Double || value instanceof BigDecimal) {
            BigDecimal decimal = decimal(value);
            return decimal == null ? null : narrow.apply(decimal.toBigIntegerExact());
        }
        return null;
    }

    private static @Nullable BigDecimal decimal(Object value) {
        if (value instanceof BigDecimal decimal) {
            return decimal;
        }
        if (value instanceof Long || value instanceof Integer) {
            return BigDecimal.valueOf(((Number) value).longValue());
        }
        if (value instanceof BigInteger integer) {
            return new BigDecimal(integer);
        }
        if (value instanceof Double number) {
            return Double.isFinite(number) ? BigDecimal.valueOf(number) : null;
        }
        if (value instanceof PythonDecimal decimal) {
            return decimal.exact();
        }
        return value instanceof String text && text.length() <= LONGEST_DECIMAL_TEXT
                ? new PythonDecimal(text).exact()
                : null;
    }

    private static @Nullable PythonDecimal pythonDecimal(Object value) {
        return value instanceof PythonDecimal decimal
                ? decimal
                : value instanceof BigDecimal number ? new PythonDecimal(number.toString()) : null;
    }

    private static @Nullable UUID uuid(Object value) {
        return value instanceof UUID uuid ? uuid : value instanceof String text ? CeleryTags.uuid(text) : null;
    }

    private static @Nullable OffsetDateTime aware(Object value) {
        Object time = value instanceof String text ? IsoTimes.dateTime(text) : value;
        if (time instanceof LocalDateTime local) {
            return local.atOffset(ZoneOffset.UTC);
        }
        return time instanceof OffsetDateTime aware ? aware : null;
    }

    private static @Nullable LocalDate date(Object value) {
        if (value instanceof LocalDate date) {
            return date;
        }
        return map(
                aware(value), time -> time.withOffsetSameInstant(ZoneOffset.UTC).toLocalDate());
    }

    private static @Nullable Object time(Object value) {
        return value instanceof String text ? IsoTimes.time(text) : value;
    }

    private static @Nullable OffsetTime offsetTime(Object value) {
        Object time = time(value);
        return time instanceof OffsetTime aware
                ? aware
                : time instanceof LocalTime local ? local.atOffset(ZoneOffset.UTC) : null;
    }

    private static <A, B> @Nullable B map(@Nullable A value, Function<A, B> function) {
        return value == null ? null : function.apply(value);
    }
}
