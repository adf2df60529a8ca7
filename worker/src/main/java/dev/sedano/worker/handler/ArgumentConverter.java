package dev.sedano.worker.handler;

import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** Converts a decoded wire value to a Java type. Thread-safe. */
@FunctionalInterface
public interface ArgumentConverter {
    /**
     * Converts {@code value} to {@code type}.
     *
     * @throws RuntimeException if it cannot be converted; its message is not shown, as it may hold the value
     */
    @Nullable
    Object convert(@Nullable Object value, Type type);
}
