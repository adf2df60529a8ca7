package dev.sedano.task;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A path over arguments, such as {@code order.id}: the name of a parameter, then record components, bean getters or map
 * keys. There is no expression language. Immutable.
 *
 * @param argument the name of the parameter (or keyword argument) it starts at
 * @param steps the way from there to the key; empty if the argument is the key
 */
public record KeyPath(String argument, List<String> steps) {
    /** Copies the steps. */
    public KeyPath {
        steps = List.copyOf(steps);
    }

    /**
     * Reads a path.
     *
     * @throws IllegalArgumentException if a segment is empty
     */
    public static KeyPath parse(String text) {
        List<String> segments = Arrays.asList(text.split("\\.", -1));
        if (segments.stream().anyMatch(segment -> segment.isBlank() || !segment.equals(segment.strip()))) {
            throw new IllegalArgumentException("key path \"" + text
                    + "\" has an empty segment or blanks: write names joined by dots, as order.id");
        }
        return new KeyPath(segments.get(0), segments.subList(1, segments.size()));
    }

    /**
     * Follows the steps from the argument's value to the key's text.
     *
     * @param value the value of {@link #argument()}
     * @return null if the way meets null or ends at blank text
     * @throws IllegalArgumentException if a step does not exist in the value, or the way ends at something that is no
     *     key, such as a list; the message names the step and the type, never the value
     */
    public @Nullable String textOf(@Nullable Object value) {
        Object at = value;
        for (String step : steps) {
            if (at == null) {
                return null;
            }
            at = KeySteps.read(this, at, step);
        }
        return KeySteps.text(this, at);
    }

    /** Checks that the path can lead to a key from the parameters of {@code method}, as far as types tell. */
    void check(Method method) {
        Parameter parameter = Arrays.stream(method.getParameters())
                .filter(candidate -> candidate.getType() != TaskContext.class)
                .filter(candidate -> candidate.getName().equals(argument))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("key path \"" + this + "\" starts with \"" + argument
                        + "\", which is no parameter of " + TaskDefinition.describe(method) + ": start with one of "
                        + parameterNames(method)));
        Type at = parameter.getParameterizedType();
        for (String step : steps) {
            at = KeySteps.typeOf(this, at, step);
        }
        KeySteps.checkEnd(this, at);
    }

    private static String parameterNames(Method method) {
        return Arrays.stream(method.getParameters())
                .filter(parameter -> parameter.getType() != TaskContext.class)
                .map(Parameter::getName)
                .collect(Collectors.joining(", ", "[", "]"));
    }

    /** The path as written. */
    @Override
    public String toString() {
        return steps.isEmpty() ? argument : argument + "." + String.join(".", steps);
    }
}
