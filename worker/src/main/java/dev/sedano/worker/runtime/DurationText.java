package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as people write them. */
public final class DurationText {
    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,6})?)\\s*(ms|s|m|h|d)?");
    private static final Map<String, Long> MILLIS =
            Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

    private static final List<String> UNITS = List.of("d", "h", "m", "s");

    private DurationText() {}

    /**
     * Reads {@code 500ms}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 7d}, a bare number of seconds, or ISO-8601; fractions
     * count to the millisecond.
     *
     * @param option whom errors name
     */
    public static Duration parse(String option, String text) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (matcher.matches()) {
            String unit = matcher.group(2) == null ? "s" : matcher.group(2);
            return Duration.ofMillis(new BigDecimal(matcher.group(1))
                    .multiply(BigDecimal.valueOf(MILLIS.getOrDefault(unit, 1_000L)))
                    .longValue());
        }
        try {
            return Duration.parse(text.strip());
        } catch (DateTimeParseException e) {
            throw new ConfigurationException(
                    option, text, "is no time: write 30s, 5m, 2h, 7d or ISO-8601 such as PT30S", e);
        }
    }

    /** The shortest form that {@link #parse} reads as the same time, to the millisecond. */
    public static String format(Duration time) {
        long millis = time.toMillis();
        for (String unit : UNITS) {
            long size = MILLIS.getOrDefault(unit, 1L);
            if (millis % size == 0) {
                return millis / size + unit;
            }
        }
        return millis + "ms";
    }
}
