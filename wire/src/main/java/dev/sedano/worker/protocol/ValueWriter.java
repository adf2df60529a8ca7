package dev.sedano.worker.protocol;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Walks a value, plain or as a handler returned it, and tells a serialiser its parts in order. For one use, by one
 * thread.
 */
abstract class ValueWriter {
    private static final int DEEPEST = 500;

    private final String format;
    private final Function<Object, @Nullable Object> toPlain;

    /**
     * @param format the serialiser's name, for errors
     * @param toPlain turns any other Java object to a plain value
     */
    ValueWriter(String format, Function<Object, @Nullable Object> toPlain) {
        this.format = format;
        this.toPlain = toPlain;
    }

    final void value(@Nullable Object value, int depth) {
        if (depth > DEEPEST) {
            throw new EncodingException("nested deeper than 500 levels, or containing itself", false);
        }
        if (value == null) {
            nothing();
        } else if (value instanceof CharSequence || value instanceof Character) {
            text(value.toString());
        } else if (value instanceof Boolean flag) {
            flag(flag);
        } else if (value instanceof Number number && number(number)) {
            return;
        } else if (value instanceof byte[] bytes) {
            bytes(bytes);
        } else if (value instanceof Map<?, ?> map) {
            map(map, depth);
        } else if (value instanceof Set<?> set) {
            set(set, depth);
        } else if (value instanceof Collection<?> elements) {
            list(elements, depth);
        } else if (value instanceof Object[] array) {
            list(Arrays.asList(array), depth);
        } else if (!time(value)) {
            Object plain = toPlain.apply(value);
            if (plain != null && plain.getClass() == value.getClass()) {
                throw noForm(value); // Jackson hands Celery's scalars through
            }
            value(plain, depth + 1);
        }
    }

    private boolean number(Number number) {
        if (number instanceof Long || number instanceof Integer || number instanceof Short || number instanceof Byte) {
            integer(number.longValue());
        } else if (number instanceof BigInteger integer) {
            integer(integer);
        } else if (number instanceof Double) {
            floating(number.doubleValue());
        } else if (number instanceof Float) {
            // By its digits, as in JSON: 0.1f is meant as 0.1.
            floating(Double.parseDouble(number.toString()));
        } else if (number instanceof BigDecimal) {
            throw noForm(number);
        } else {
            return false;
        }
        return true;
    }

    private boolean time(Object value) {
        if (value instanceof OffsetDateTime time) {
            aware(time);
        } else if (value instanceof Instant time) {
            aware(time.atOffset(ZoneOffset.UTC));
        } else if (value instanceof ZonedDateTime time) {
            aware(time.toOffsetDateTime());
        } else if (value instanceof LocalDateTime time) {
            naive(time);
        } else if (value instanceof LocalDate date) {
            date(date);
        } else {
            return false;
        }
        return true;
    }

    /** @throws EncodingException if the key is no scalar */
    final String textKey(@Nullable Object key) {
        return MapKeys.text(key, toPlain);
    }

    /** Python's serialiser has no form for {@code value}, either. */
    final EncodingException noForm(Object value) {
        return new EncodingException(
                "a value of type " + value.getClass().getSimpleName() + ", which " + format
                        + " has no form for; return text, or use json",
                false);
    }

    abstract void nothing();

    abstract void flag(boolean flag);

    abstract void integer(long number);

    abstract void integer(BigInteger number);

    abstract void floating(double number);

    abstract void text(String text);

    abstract void bytes(byte[] bytes);

    abstract void aware(OffsetDateTime time);

    abstract void naive(LocalDateTime time);

    abstract void date(LocalDate date);

    abstract void list(Collection<?> elements, int depth);

    abstract void set(Set<?> elements, int depth);

    abstract void map(Map<?, ?> map, int depth);
}
