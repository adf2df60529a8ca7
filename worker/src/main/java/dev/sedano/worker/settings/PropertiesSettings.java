package dev.sedano.worker.settings;

import dev.sedano.worker.ConfigurationException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** Reads {@code .properties}: Java's own reader, one entry at a time, so that errors can name the line. */
final class PropertiesSettings {
    private PropertiesSettings() {}

    /**
     * @param option whom errors name
     * @param source the file's name
     * @throws ConfigurationException if a line cannot be read, or says again what an earlier one said
     */
    static Map<String, ConfigValue> read(String option, String source, String text) {
        Map<String, ConfigValue> entries = new LinkedHashMap<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String at = source + ":" + (i + 1);
            StringBuilder entry = new StringBuilder(lines.get(i));
            boolean comment =
                    lines.get(i).strip().startsWith("#") || lines.get(i).strip().startsWith("!");
            while (!comment && goesOn(lines.get(i)) && i + 1 < lines.size()) {
                entry.append('\n').append(lines.get(++i));
            }
            for (Map.Entry<Object, Object> each :
                    parsed(option, at, entry.toString()).entrySet()) {
                String value = each.getValue().toString().strip();
                ConfigValue now = value.isEmpty() ? new ConfigValue.Nothing(at) : new ConfigValue.Text(at, value);
                ConfigValue earlier = entries.putIfAbsent(each.getKey().toString(), now);
                if (earlier != null) {
                    throw new ConfigurationException(
                            option, at, "says " + each.getKey() + " again, after " + earlier.at() + ": say it once");
                }
            }
        }
        return entries;
    }

    /** An odd number of backslashes at the end continues the entry in the next line. */
    private static boolean goesOn(String line) {
        int slashes = 0;
        while (slashes < line.length() && line.charAt(line.length() - 1 - slashes) == '\\') {
            slashes++;
        }
        return slashes % 2 == 1;
    }

    private static Properties parsed(String option, String at, String entry) {
        Properties one = new Properties();
        try {
            one.load(new StringReader(entry));
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(
                    option, at, "is no line of a properties file (" + e.getMessage() + "): mend it", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a text in memory
        }
        return one;
    }
}
