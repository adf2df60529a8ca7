package dev.sedano.worker.settings;

import java.util.List;
import java.util.Map;

/** A value as it stands in a settings file, with its place; what type it has is decided by who reads it. Immutable. */
public sealed interface ConfigValue {
    /** Where it stands: {@code file:line}, or the name of an environment variable. */
    String at();

    /** What it is, for people: "a list". */
    String shape();

    /** Nothing was said: an empty value, {@code null} or {@code ~}. */
    record Nothing(String at) implements ConfigValue {
        @Override
        public String shape() {
            return "empty";
        }
    }

    /** One text, number or switch, as written. */
    record Text(String at, String text) implements ConfigValue {
        @Override
        public String shape() {
            return "one text";
        }
    }

    /** A list. */
    record Items(String at, List<ConfigValue> values) implements ConfigValue {
        @Override
        public String shape() {
            return "a list";
        }
    }

    /** A map, in the order of the file. */
    record Fields(String at, Map<String, ConfigValue> values) implements ConfigValue {
        @Override
        public String shape() {
            return "a map";
        }
    }
}
