package dev.sedano.worker.operator;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as people read them. */
final class Times {
    private static final DateTimeFormatter TEXT = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS'Z'");

    private Times() {}

    /** The store's milliseconds as a UTC time. */
    static String at(long millis) {
        return TEXT.format(Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC));
    }

    /** Two units at most: {@code 850 ms}, {@code 12.3 s}, {@code 4 min 2 s}, {@code 3 h 5 min}, {@code 6 d 2 h}. */
    static String length(long millis) {
        Duration time = Duration.ofMillis(millis);
        if (millis < 1000) {
            return millis + " ms";
        } else if (time.toMinutes() == 0) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
        } else if (time.toHours() == 0) {
            return time.toMinutes() + " min " + time.toSecondsPart() + " s";
        } else if (time.toDays() == 0) {
            return time.toHours() + " h " + time.toMinutesPart() + " min";
        }
        return time.toDays() + " d " + time.toHoursPart() + " h";
    }
}
