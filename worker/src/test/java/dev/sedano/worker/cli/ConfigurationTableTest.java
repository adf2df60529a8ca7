package dev.sedano.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.settings.SettingName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The table of docs/configuration.md lists every setting as it is, and every option has a setting. */
class ConfigurationTableTest {
    private static final Path TABLE = Path.of("..", "docs", "configuration.md");
    private static final Pattern ROW = Pattern.compile(
            "^\\| `([a-z_.]+)` \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\| [^|]+ \\| .+ \\|$", Pattern.MULTILINE);
    private static final Set<String> WITHOUT_SETTING = Set.of("--config", "--show-config", "--help", "--version");

    private static CommandLine worker() {
        return WorkerCommand.commandLine(Map.of(), (config, registry) -> ExitCode.OK);
    }

    private static Map<String, String> documented() throws IOException {
        Map<String, String> rows = new LinkedHashMap<>();
        ROW.matcher(Files.readString(TABLE))
                .results()
                .forEach(row -> rows.put(row.group(1), row.group(2) + "; " + row.group(3) + "; " + row.group(4)));
        return rows;
    }

    private static Map<String, String> settings() {
        Map<String, String> rows = new LinkedHashMap<>();
        SettingName.ALL.forEach(setting -> rows.put(
                setting.key(),
                quoted(names(setting)) + "; " + quoted(setting.variables()) + "; " + kind(setting.kind())));
        return rows;
    }

    /** The short name, if there is one, and the long one. */
    private static List<String> names(SettingName setting) {
        if (setting.option().isEmpty()) {
            return List.of("–");
        }
        OptionSpec option = worker().getCommandSpec().findOption(setting.option());
        assertThat(option).as(setting.option()).isNotNull();
        return Arrays.stream(option.names())
                .filter(name -> name.length() == 2 || name.equals(setting.option()))
                .toList();
    }

    private static String quoted(List<String> names) {
        return names.stream()
                .map(name -> name.equals("–") ? name : "`" + name + "`")
                .collect(Collectors.joining(", "));
    }

    private static String kind(SettingName.Kind kind) {
        return switch (kind) {
            case TEXT -> "text";
            case NUMBER -> "number";
            case TIME -> "time";
            case SWITCH -> "true/false";
            case LIST -> "list";
            case URLS -> "list of URLs";
            case TREE -> "map";
        };
    }

    @Test
    void table_listsEverySetting_andNoOther() throws IOException {
        assertThat(documented()).containsExactlyEntriesOf(settings());
    }

    @Test
    void everyShownOption_hasASetting() {
        Set<String> known = new TreeSet<>(WITHOUT_SETTING);
        SettingName.ALL.forEach(setting -> known.add(setting.option()));

        assertThat(worker().getCommandSpec().options().stream()
                        .filter(option -> !option.hidden())
                        .map(OptionSpec::names)
                        .filter(names -> Arrays.stream(names).noneMatch(known::contains))
                        .map(Arrays::toString))
                .isEmpty();
    }
}
