package dev.sedano.worker.result;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Values as Python's {@code repr} shows them, as far as texts for people need it. */
final class PythonRepr {
    private static final int LONGEST = 500;

    private PythonRepr() {}

    /** A stored exception, as {@code ValueError('no')}. */
    static String ofException(@Nullable Object stored) {
        if (!(stored instanceof Map<?, ?> fields) || !(fields.get("exc_type") instanceof String type)) {
            return of(stored);
        }
        Object message = fields.get("exc_message");
        String arguments = message instanceof List<?> list
                ? list.stream().map(PythonRepr::of).collect(Collectors.joining(", "))
                : of(message);
        return shortened(type + "(" + arguments + ")");
    }

    private static String of(@Nullable Object value) {
        if (value == null) {
            return "None";
        } else if (value instanceof Boolean flag) {
            return flag ? "True" : "False";
        } else if (value instanceof String text) {
            String escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
            return text.contains("'") && !text.contains("\"")
                    ? '"' + escaped + '"'
                    : '\'' + escaped.replace("'", "\\'") + '\'';
        }
        return shortened(String.valueOf(value));
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }
}
