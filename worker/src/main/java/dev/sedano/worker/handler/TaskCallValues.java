package dev.sedano.worker.handler;

import dev.sedano.task.TaskCall;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of one call as decoded. Immutable and thread-safe.
 *
 * @param args positional arguments
 * @param kwargs keyword arguments, in the order sent
 * @param converter what {@code arg} converts with
 */
public record TaskCallValues(
        List<@Nullable Object> args, Map<String, @Nullable Object> kwargs, ArgumentConverter converter)
        implements TaskCall {
    /** Copies both collections; nulls stay. */
    public TaskCallValues {
        args = Collections.unmodifiableList(new ArrayList<>(args));
        kwargs = Collections.unmodifiableMap(new LinkedHashMap<>(kwargs));
    }

    @Override
    public <T> @Nullable T arg(int position, Class<T> type) {
        if (position < 0 || position >= args.size()) {
            throw new ArgumentsException("the call has no positional argument " + position + ": " + args.size()
                    + (args.size() == 1 ? " was" : " were") + " given");
        }
        return converted("at position " + position, args.get(position), type);
    }

    @Override
    public <T> @Nullable T arg(String name, Class<T> type) {
        if (!kwargs.containsKey(name)) {
            throw new ArgumentsException("the call has no keyword argument '" + name + "'");
        }
        return converted("'" + name + "'", kwargs.get(name), type);
    }

    @SuppressWarnings("unchecked") // Class.cast would refuse primitives, whose boxes T stands for
    private <T> @Nullable T converted(String argument, @Nullable Object value, Class<T> type) {
        try {
            return (T) converter.convert(value, type);
        } catch (RuntimeException e) {
            throw ArgumentsException.conversion("arg", argument, type.getTypeName(), e);
        }
    }

    /** Tells how many arguments there are, not what they are. */
    @Override
    public String toString() {
        return "call with " + args.size() + " positional and " + kwargs.size() + " keyword arguments";
    }
}
