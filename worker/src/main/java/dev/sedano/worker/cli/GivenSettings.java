package dev.sedano.worker.cli;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.settings.CelerySettings;
import dev.sedano.worker.settings.ConfigFile;
import dev.sedano.worker.settings.ConfigValue;
import dev.sedano.worker.settings.SettingName;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Fills the options that the command line leaves open from the environment, then from the file of {@code --config}, and
 * remembers where each came from. What an option means is decided in one place, whichever way it came. Not thread-safe.
 */
final class GivenSettings {
    static final String CONFIG = "--config";
    static final String CONFIG_VARIABLE = "SEDANO_CONFIG";

    /** Elsewhere None is the default, or no limit, which is the default. */
    private static final String NEVER_IF_NONE = "result_expires";

    /** Where a setting came from. */
    private record Origin(String shown, String inErrors) {}

    private final CommandSpec spec;
    private final ParseResult parsed;
    private final Map<String, String> environment;
    private final Consumer<String> warnings;
    private final Map<String, Origin> origins = new HashMap<>();
    private final Map<String, ConfigValue> trees = new HashMap<>();

    GivenSettings(CommandSpec spec, ParseResult parsed, Map<String, String> environment, Consumer<String> warnings) {
        this.spec = spec;
        this.parsed = parsed;
        this.environment = environment;
        this.warnings = warnings;
    }

    /**
     * Fills the options.
     *
     * @param config what {@code --config} says, if it was given
     * @throws ConfigurationException naming file and line of what is no setting or is written as another kind
     */
    void fill(@Nullable String config) {
        Map<SettingName, ConfigValue> file = settings(entries(config));
        environment.keySet().stream()
                .filter(variable -> variable.startsWith("SEDANO_"))
                .sorted()
                .forEach(variable -> SettingName.misspelt(variable)
                        .ifPresent(meant -> warnings.accept(
                                "the environment variable " + variable + " is none: did you mean " + meant + "?")));
        for (SettingName setting : SettingName.ALL) {
            if (setting.kind() == SettingName.Kind.TREE) {
                fillTree(setting, file.get(setting));
                continue;
            }
            OptionSpec option = option(setting);
            ConfigValue inFile = file.get(setting);
            String text = inFile == null ? null : setting.text(inFile);
            if (parsed.hasMatchedOption(setting.option())) {
                origins.put(setting.key(), new Origin("flag " + setting.option(), ""));
                continue;
            }
            String variable = variable(setting);
            if (variable != null) {
                ConfigValue.Text value = new ConfigValue.Text(
                        "environment " + variable, Objects.requireNonNull(environment.get(variable)));
                set(option, setting.text(value));
                origins.put(setting.key(), new Origin(value.at(), value.at()));
            } else if (inFile != null && text != null) {
                set(option, text);
                origins.put(setting.key(), new Origin(inFile.at(), setting.key() + ", " + inFile.at()));
            }
        }
    }

    private void fillTree(SettingName setting, @Nullable ConfigValue inFile) {
        String variable = variable(setting);
        ConfigValue value = variable == null
                ? inFile
                : new ConfigValue.Text("environment " + variable, Objects.requireNonNull(environment.get(variable)));
        if (value != null) {
            trees.put(setting.key(), setting.tree(value));
            origins.put(setting.key(), new Origin(value.at(), value.at()));
        }
        if (!setting.option().isEmpty() && parsed.hasMatchedOption(setting.option())) {
            origins.put(setting.key(), new Origin("flag " + setting.option(), ""));
        }
    }

    /** A setting with structure, whatever an option says beside it; null if it was not given. */
    @Nullable
    ConfigValue tree(String key) {
        return trees.get(key);
    }

    private OptionSpec option(SettingName setting) {
        return Objects.requireNonNull(spec.findOption(setting.option()), setting.option());
    }

    private @Nullable String variable(SettingName setting) {
        return setting.variables().stream()
                .filter(variable -> !environment.getOrDefault(variable, "").isBlank())
                .findFirst()
                .orElse(null);
    }

    private static void set(OptionSpec option, String text) {
        if (option.isMultiValue()) {
            option.setValue(List.of(text.split(",", -1)));
        } else if (option.type() == boolean.class) {
            option.setValue(Boolean.valueOf(text));
        } else {
            option.setValue(text);
        }
    }

    private Map<String, ConfigValue> entries(@Nullable String config) {
        if (config != null) {
            return ConfigFile.read(CONFIG, Path.of(config));
        }
        String variable = environment.getOrDefault(CONFIG_VARIABLE, "");
        return variable.isBlank()
                ? Map.of()
                : ConfigFile.read(CONFIG + " (environment " + CONFIG_VARIABLE + ")", Path.of(variable));
    }

    /** What is none of ours is mentioned or refused. */
    private Map<SettingName, ConfigValue> settings(Map<String, ConfigValue> entries) {
        Map<SettingName, ConfigValue> settings = new LinkedHashMap<>();
        entries.forEach((key, value) -> {
            CelerySettings.Answer answer = CelerySettings.answers().get(key);
            if (answer == null) {
                SettingName setting = SettingName.find(key, value);
                if (!(value instanceof ConfigValue.Nothing)) {
                    settings.put(setting, value);
                } else if (key.equals(NEVER_IF_NONE)) {
                    throw new ConfigurationException(
                            key + " (" + value.at() + ")",
                            "",
                            "is empty, which is never in Celery: write 0 for never, or leave it out");
                }
            } else if (!answer.refused()) {
                warnings.accept(value.at() + ": " + key + " has no effect: " + answer.why());
            } else if (!(value instanceof ConfigValue.Nothing)) {
                throw new ConfigurationException(key + " (" + value.at() + ")", "", "is not read: " + answer.why());
            }
        });
        return settings;
    }

    /** Where a setting came from: {@code flag --x}, {@code environment X}, {@code file:line} or {@code default}. */
    String origin(SettingName setting) {
        Origin origin = origins.get(setting.key());
        return origin == null ? "default" : origin.shown();
    }

    /** The same error, naming also where the value stands if that is not the command line. */
    ConfigurationException located(ConfigurationException error) {
        OptionSpec option = spec.findOption(error.option());
        for (SettingName setting : SettingName.ALL) {
            Origin origin = origins.get(setting.key());
            if (option != null
                    && option.equals(spec.findOption(setting.option()))
                    && origin != null
                    && !origin.inErrors().isEmpty()) {
                String message = String.valueOf(error.getMessage());
                return new ConfigurationException(
                        error.option() + " (" + origin.inErrors() + ")",
                        "",
                        message.substring(error.option().length()).strip(),
                        error);
            }
        }
        return error;
    }
}
