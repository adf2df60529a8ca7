package dev.sedano.worker.cli;

import dev.sedano.worker.runtime.SettingValues;
import dev.sedano.worker.runtime.WorkerConfig;
import dev.sedano.worker.settings.SettingName;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code sedano worker --show-config}: each setting as it counts, without secrets, and where it came from. */
final class ShownConfig {
    private ShownConfig() {}

    /** Writes one line per setting: {@code name = value  (origin)}. */
    static void write(WorkerConfig config, WorkerOptions options, GivenSettings given, PrintWriter out) {
        Map<String, @Nullable Object> values = new HashMap<>(SettingValues.of(config));
        values.put("sedano.app", options.apps);
        values.put("sedano.exclude_queues", options.excludedQueues);
        values.put("sedano.log_level", options.logLevel == null ? "INFO" : options.logLevel);
        values.put("sedano.log_format", options.logFormat == null ? "text" : options.logFormat);
        for (SettingName setting : SettingName.ALL) {
            out.printf("%s = %s  (%s)%n", setting.key(), text(values.get(setting.key())), given.origin(setting));
        }
    }

    private static String text(@Nullable Object value) {
        if (value == null || value.equals(List.of()) || value.equals(Map.of())) {
            return "none";
        } else if (value instanceof List<?> list) {
            return list.stream().map(String::valueOf).collect(Collectors.joining(","));
        }
        return value.toString();
    }
}
