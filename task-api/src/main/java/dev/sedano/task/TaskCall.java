package dev.sedano.task;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The arguments of one call as they arrived. Immutable. */
public interface TaskCall {
    /** Positional arguments; elements may be null. */
    List<@Nullable Object> args();

    /** Keyword arguments in the order sent; values may be null. */
    Map<String, @Nullable Object> kwargs();

    /**
     * The argument at {@code position}, converted.
     *
     * @throws IllegalArgumentException if there is no such argument or it cannot be converted; the message names the
     *     position and the type, never the value
     */
    <T> @Nullable T arg(int position, Class<T> type);

    /**
     * The keyword argument {@code name}, converted.
     *
     * @throws IllegalArgumentException if there is no such argument or it cannot be converted; the message names the
     *     argument and the type, never the value
     */
    <T> @Nullable T arg(String name, Class<T> type);
}
