package dev.sedano.worker.control;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The arguments of a control command, with Python's words for what is wrong about them. Immutable. */
final class Arguments {
    private static final int MOST_IN_A_LIST = 10_000;

    private final String command;
    private final Map<String, @Nullable Object> values;

    Arguments(String command, Map<?, ?> given) {
        this.command = command;
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        given.forEach((name, value) -> named.put(String.valueOf(name), value));
        this.values = Collections.unmodifiableMap(named);
    }

    /** Refuses other arguments than these, as commands without {@code **kwargs} do. */
    void only(String... known) {
        for (String name : values.keySet()) {
            if (!List.of(known).contains(name)) {
                throw CommandException.type(command + "() got an unexpected keyword argument '" + name + "'");
            }
        }
    }

    @Nullable
    Object get(String name) {
        return values.get(name);
    }

    /** A text that must be there. */
    String text(String name) {
        Object value = required(name);
        if (value instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw CommandException.type("argument '" + name + "' must be a text");
    }

    /** A text, null or empty if it was not given. */
    @Nullable
    String optionalText(String name) {
        return values.get(name) == null ? null : text(name);
    }

    boolean flag(String name) {
        return Boolean.TRUE.equals(values.get(name));
    }

    /** A whole number, also as text, as the command line sends it. */
    int number(String name, int otherwise) {
        Object value = values.get(name);
        if (value == null) {
            return otherwise;
        }
        try {
            return value instanceof Number number
                    ? Math.toIntExact(number.longValue())
                    : Integer.parseInt(String.valueOf(value).strip());
        } catch (NumberFormatException | ArithmeticException e) {
            throw new CommandException("ValueError", "argument '" + name + "' must be a whole number");
        }
    }

    /** Seconds, null if not given. */
    @Nullable
    Double seconds(String name) {
        Object value = values.get(name);
        if (value == null) {
            return null;
        }
        double seconds = value instanceof Number number ? number.doubleValue() : Double.NaN;
        if (!(seconds >= 0 && seconds < 1e9)) {
            throw new CommandException("ValueError", "argument '" + name + "' must be a number of seconds");
        }
        return seconds;
    }

    Object required(String name) {
        Object value = values.get(name);
        if (value == null) {
            throw CommandException.type(command + "() missing 1 required positional argument: '" + name + "'");
        }
        return value;
    }

    /** As above, of those that may be null, which says something. */
    @Nullable
    Object requiredOrNull(String name) {
        return values.containsKey(name) ? values.get(name) : required(name);
    }

    /** One text or a list of them; empty if not given. */
    List<String> texts(String name) {
        return texts(name, values.get(name));
    }

    static List<String> texts(String name, @Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        List<?> each = value instanceof List<?> list ? list : List.of(value);
        if (each.size() > MOST_IN_A_LIST) {
            throw new CommandException(
                    "ValueError", "argument '" + name + "' has more than " + MOST_IN_A_LIST + " elements");
        }
        return textsOf(name, each);
    }

    /** The same, but of a list of more than {@code most} the last so many. */
    static List<String> lastTexts(String name, @Nullable Object value, int most) {
        return value instanceof List<?> list
                ? textsOf(name, list.subList(Math.max(0, list.size() - most), list.size()))
                : texts(name, value);
    }

    private static List<String> textsOf(String name, List<?> each) {
        List<String> texts = new ArrayList<>(each.size());
        for (Object element : each) {
            if (!(element instanceof String) && !(element instanceof Number)) {
                throw CommandException.type("argument '" + name + "' must be a text or a list of texts");
            }
            texts.add(element.toString());
        }
        return texts;
    }

    /** For logs: names and values, cut. */
    @Override
    public String toString() {
        String text = values.toString().replaceAll("\\p{Cntrl}", "?");
        return text.length() > 300 ? text.substring(0, 300) + "…" : text;
    }
}
