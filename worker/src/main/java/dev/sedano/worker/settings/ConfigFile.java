package dev.sedano.worker.settings;

import dev.sedano.worker.ConfigurationException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A file of settings, {@code .yaml}, {@code .yml} or {@code .properties}, in UTF-8. */
public final class ConfigFile {
    private static final int MOST_BYTES = 1 << 20;

    private ConfigFile() {}

    /**
     * The settings of a file by name, in its order. What stands under {@code sedano:} in YAML is {@code sedano.…}.
     *
     * @param option whom errors name
     * @throws ConfigurationException if the file cannot be read
     */
    public static Map<String, ConfigValue> read(String option, Path file) {
        String ending = file.toString().toLowerCase(Locale.ROOT);
        String source = file.getFileName() == null
                ? file.toString()
                : file.getFileName().toString();
        if (ending.endsWith(".properties")) {
            return PropertiesSettings.read(option, source, text(option, file));
        } else if (ending.endsWith(".yaml") || ending.endsWith(".yml")) {
            return yaml(option, source, text(option, file));
        }
        throw new ConfigurationException(
                option, file.toString(), "has no known ending: name it .yaml, .yml or .properties");
    }

    private static String text(String option, Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new ConfigurationException(option, file.toString(), "is larger than 1 MiB: no settings file is");
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new ConfigurationException(option, file.toString(), "is not UTF-8: save it so", e);
        } catch (IOException e) {
            throw new ConfigurationException(
                    option,
                    file.toString(),
                    "cannot be read (" + e.getClass().getSimpleName() + "): name a file that exists",
                    e);
        }
    }

    private static Map<String, ConfigValue> yaml(String option, String source, String text) {
        ConfigValue whole = YamlSettings.read(option, source, text);
        if (whole instanceof ConfigValue.Nothing) {
            return Map.of();
        }
        if (!(whole instanceof ConfigValue.Fields fields)) {
            throw new ConfigurationException(
                    option, source, "is " + whole.shape() + ", no map: write lines as worker_concurrency: 4");
        }
        Map<String, ConfigValue> settings = new LinkedHashMap<>();
        fields.values().forEach((name, value) -> {
            if (name.equals("sedano") && value instanceof ConfigValue.Fields own) {
                own.values().forEach((each, under) -> put(option, settings, "sedano." + each, under));
            } else {
                put(option, settings, name, value);
            }
        });
        return settings;
    }

    private static void put(String option, Map<String, ConfigValue> settings, String name, ConfigValue value) {
        ConfigValue earlier = settings.putIfAbsent(name, value);
        if (earlier != null) {
            throw new ConfigurationException(
                    option, value.at(), "says " + name + " again, after " + earlier.at() + ": say it once");
        }
    }
}
