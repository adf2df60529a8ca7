package dev.sedano.worker.settings;

import dev.sedano.worker.ConfigurationException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads Celery's {@code result_backend_transport_options}, as far as they say where and how results are kept. */
public final class TransportOptions {
    /** Its name. */
    public static final String SETTING = "result_backend_transport_options";

    private static final String PREFIX = "global_keyprefix";
    private static final String ORDERED = "result_chord_ordered";
    private static final List<String> OURS = List.of(PREFIX, ORDERED);

    private TransportOptions() {}

    /**
     * The app's {@code global_keyprefix}.
     *
     * @param value null = not given
     * @param warnings takes one line about each option that has no effect
     * @return as written; null = none
     * @throws ConfigurationException if an option is refused: it would keep results where or how nobody finds them
     */
    public static @Nullable String keyPrefix(@Nullable ConfigValue value, Consumer<String> warnings) {
        if (value == null || value instanceof ConfigValue.Nothing) {
            return null;
        }
        if (!(value instanceof ConfigValue.Fields map)) {
            throw FieldReader.wrong(SETTING, "", value, "write a map, as {global_keyprefix: app1}");
        }
        FieldReader fields = new FieldReader(SETTING, map);
        if (!fields.isOn(true, ORDERED)) {
            throw new ConfigurationException(
                    SETTING + " (" + at(map, ORDERED) + ") " + ORDERED,
                    "false",
                    "is not supported, since parts of one chord are kept in order or not: leave it out, and in the Python"
                            + " workers and clients of these chords, too");
        }
        map.values().forEach((name, each) -> {
            if (OURS.contains(name)) {
                return;
            }
            Optional<String> meant = Nearest.of(name.toLowerCase(Locale.ROOT), OURS);
            if (meant.isPresent()) {
                throw new ConfigurationException(
                        SETTING + " (" + each.at() + ")", name, "is no option: did you mean " + meant.get() + "?");
            }
            warnings.accept(each.at() + ": " + SETTING + " " + name
                    + " has no effect: connections, time limits and repetition are the worker's own");
        });
        return fields.text(PREFIX);
    }

    /** The same from the environment; null if nothing is there. */
    public static @Nullable String keyPrefix(String variable, @Nullable String yaml) {
        return yaml == null || yaml.isBlank()
                ? null
                : keyPrefix(YamlSettings.read(SETTING, "environment " + variable, 0, yaml), warning -> {});
    }

    private static String at(ConfigValue.Fields map, String name) {
        ConfigValue value = map.values().get(name);
        return value == null ? map.at() : value.at();
    }
}
