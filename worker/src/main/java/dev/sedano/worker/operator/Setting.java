package dev.sedano.worker.operator;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A setting that was given, by option or environment, under the name that errors shall use. */
record Setting(String name, String value) {
    /** The option wins over the variables, an earlier variable over a later; null if none is set. */
    static @Nullable Setting find(
            String option, @Nullable String given, Map<String, String> environment, String... variables) {
        if (given != null) {
            return new Setting(option, given);
        }
        for (String variable : variables) {
            String value = environment.get(variable);
            if (value != null && !value.isBlank()) {
                return new Setting(option + " (environment " + variable + ")", value);
            }
        }
        return null;
    }
}
