package dev.sedano.worker.settings;

import dev.sedano.worker.ConfigurationException;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads one map of a structured setting; errors name the setting, the entry and its line. Not thread-safe. */
public final class FieldReader {
    private static final Set<String> SWITCHES = Set.of("true", "yes", "on", "false", "no", "off");

    private final String setting;
    private final ConfigValue.Fields fields;
    private final Set<String> known = new TreeSet<>();

    /** Reads {@code fields} of {@code setting}. */
    public FieldReader(String setting, ConfigValue.Fields fields) {
        this.setting = setting;
        this.fields = fields;
    }

    /** Where the map stands. */
    public String at() {
        return fields.at();
    }

    /** The entry under the first of these names that is there; null if there is none, or an empty one. */
    public @Nullable ConfigValue value(String... names) {
        known.addAll(List.of(names));
        for (String name : names) {
            ConfigValue value = fields.values().get(name);
            if (value != null && !(value instanceof ConfigValue.Nothing)) {
                return value;
            }
        }
        return null;
    }

    /** One text; null if it is not there. */
    public @Nullable String text(String... names) {
        ConfigValue value = value(names);
        if (value == null || value instanceof ConfigValue.Text) {
            return value == null ? null : ((ConfigValue.Text) value).text().strip();
        }
        throw wrong(setting, names[0], value, "write one text");
    }

    /** A whole number in bounds; null if it is not there. */
    public @Nullable Integer number(int least, int most, String... names) {
        String text = text(names);
        if (text == null) {
            return null;
        }
        String cure = "must be a whole number from " + least + " to " + most;
        if (!text.matches("-?[0-9]{1,9}")) {
            throw wrong(setting, names[0], text, cure);
        }
        int number = Integer.parseInt(text);
        if (number < least || number > most) {
            throw wrong(setting, names[0], text, cure);
        }
        return number;
    }

    /** A switch; {@code otherwise} if it is not there. */
    public boolean isOn(boolean otherwise, String... names) {
        String text = text(names);
        if (text == null) {
            return otherwise;
        }
        String lower = text.toLowerCase(Locale.ROOT);
        if (!SWITCHES.contains(lower)) {
            throw wrong(setting, names[0], text, "is no switch: write true or false");
        }
        return Set.of("true", "yes", "on").contains(lower);
    }

    /** A map of texts, numbers and switches, as the broker takes them; empty if it is not there. */
    public Map<String, Object> arguments(String... names) {
        ConfigValue value = value(names);
        Map<String, Object> arguments = new LinkedHashMap<>();
        if (value == null) {
            return arguments;
        }
        if (!(value instanceof ConfigValue.Fields map)) {
            throw wrong(setting, names[0], value, "write a map");
        }
        map.values().forEach((name, each) -> {
            if (!(each instanceof ConfigValue.Text text)) {
                throw wrong(setting, name, each, "write a text, number or switch");
            }
            arguments.put(name, plain(text.text().strip()));
        });
        return arguments;
    }

    private static Object plain(String text) {
        if (text.matches("-?[0-9]{1,18}")) {
            long number = new BigInteger(text).longValueExact();
            return number == (int) number ? (Object) (int) number : (Object) number;
        }
        return text.equals("true") || text.equals("false") ? (Object) Boolean.valueOf(text) : text;
    }

    /** @throws ConfigurationException if there is an entry that nobody has asked for */
    public void refuseOthers() {
        fields.values().forEach((name, value) -> {
            if (!known.contains(name)) {
                throw new ConfigurationException(
                        setting + " (" + value.at() + ")",
                        name,
                        "is no entry here: "
                                + Nearest.of(name, known)
                                        .map(near -> "did you mean " + near + "?")
                                        .orElse("use " + String.join(", ", known)));
            }
        });
    }

    private ConfigurationException wrong(String of, String name, String text, String cure) {
        ConfigValue value = fields.values().get(name);
        return new ConfigurationException(of + " (" + (value == null ? at() : value.at()) + ") " + name, text, cure);
    }

    /** An entry of another shape than it must have. */
    public static ConfigurationException wrong(String setting, String name, ConfigValue value, String cure) {
        return new ConfigurationException(
                setting + " (" + value.at() + ")" + (name.isEmpty() ? "" : " " + name),
                "",
                "is " + value.shape() + ": " + cure);
    }
}
