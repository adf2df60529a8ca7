package dev.sedano.worker.protocol;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.time.temporal.Temporal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * ISO 8601 as Python's {@code isoformat} writes it and {@code fromisoformat} (3.11) reads it: extended or compact,
 * date alone, any separator, {@code Z} or an offset or none (naive), fractions cut to microseconds. Thread-safe.
 */
public final class IsoTimes {
    private static final int LONGEST = 64;
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999Z");
    private static final String DATE = "(\\d{4})(-?)(\\d{2})\\2(\\d{2})";
    private static final String TIME =
            "(\\d{2})(?:(:?)(\\d{2})(?:%s(\\d{2})(?:[.,](\\d+))?)?)?" + "(Z|z|[+-]\\d{2}(?::?\\d{2}(?::?\\d{2})?)?)?";
    private static final Pattern DATE_TIME = Pattern.compile(DATE + "(?:." + TIME.formatted("\\6") + ")?");
    private static final Pattern TIME_ONLY = Pattern.compile("T?" + TIME.formatted("\\2"));

    private IsoTimes() {}

    /**
     * The instant of {@code text}, without an offset as UTC. What an offset pushes out of Python's years 1 to 9999 is their
     * first or last moment, so that it can be written again.
     */
    public static Instant instant(String text) {
        Temporal parsed = dateTime(text);
        Instant instant = parsed instanceof OffsetDateTime aware
                ? aware.toInstant()
                : ((LocalDateTime) parsed).toInstant(ZoneOffset.UTC);
        return instant.isBefore(FIRST) ? FIRST : instant.isAfter(LAST) ? LAST : instant;
    }

    /** An OffsetDateTime if {@code text} has an offset, else a LocalDateTime; midnight for a date alone. */
    static Temporal dateTime(String text) {
        Matcher matcher = match(DATE_TIME, text, "date and time");
        try {
            LocalDate date = LocalDate.of(number(matcher, 1), number(matcher, 3), number(matcher, 4));
            if (date.getYear() == 0) {
                throw new DateTimeException("Python's first year is 1");
            }
            if (matcher.group(5) == null) {
                return date.atStartOfDay();
            }
            LocalDateTime local = date.atTime(time(matcher, 5));
            ZoneOffset offset = offset(matcher.group(10));
            return offset == null ? local : local.atOffset(offset);
        } catch (DateTimeException e) {
            throw outOfRange();
        }
    }

    static LocalDate date(String text) {
        Temporal parsed = dateTime(text);
        return parsed instanceof OffsetDateTime aware ? aware.toLocalDate() : ((LocalDateTime) parsed).toLocalDate();
    }

    /** An OffsetTime if {@code text} has an offset, else a LocalTime. */
    static Temporal time(String text) {
        Matcher matcher = match(TIME_ONLY, text, "time");
        try {
            LocalTime local = time(matcher, 1);
            ZoneOffset offset = offset(matcher.group(6));
            return offset == null ? local : local.atOffset(offset);
        } catch (DateTimeException e) {
            throw outOfRange();
        }
    }

    static String format(LocalDate date) {
        if (date.getYear() < 1 || date.getYear() > 9999) {
            throw new EncodingException("a date outside the years 1 to 9999 does not exist in Python", false);
        }
        return date.toString();
    }

    static String format(LocalDateTime local) {
        return format(local.toLocalDate()) + 'T' + format(local.toLocalTime());
    }

    /** {@code 2026-01-02T03:04:05.000006+00:00}; throws {@link EncodingException} outside the years 1 to 9999. */
    public static String format(OffsetDateTime aware) {
        return format(aware.toLocalDateTime()) + format(aware.getOffset());
    }

    static String format(OffsetTime aware) {
        return format(aware.toLocalTime()) + format(aware.getOffset());
    }

    /** {@code 03:04:05}, with six digits of fraction if there are whole microseconds. */
    static String format(LocalTime time) {
        StringBuilder text = new StringBuilder(15);
        two(text, time.getHour()).append(':');
        two(text, time.getMinute()).append(':');
        two(text, time.getSecond());
        int micros = time.getNano() / 1000;
        if (micros > 0) {
            text.append('.').append(Integer.toString(1_000_000 + micros), 1, 7);
        }
        return text.toString();
    }

    private static String format(ZoneOffset offset) {
        return offset.equals(ZoneOffset.UTC) ? "+00:00" : offset.toString();
    }

    private static StringBuilder two(StringBuilder text, int number) {
        return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }

    private static Matcher match(Pattern pattern, String text, String what) {
        Matcher matcher = pattern.matcher(text);
        if (text.length() > LONGEST || !matcher.matches()) {
            throw new ProtocolException("not an ISO 8601 " + what);
        }
        return matcher;
    }

    private static LocalTime time(Matcher matcher, int first) {
        return LocalTime.of(
                number(matcher, first),
                number(matcher, first + 2),
                number(matcher, first + 3),
                nanos(matcher.group(first + 4)));
    }

    private static int number(Matcher matcher, int group) {
        String digits = matcher.group(group);
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    private static int nanos(@Nullable String fraction) {
        return fraction == null ? 0 : Integer.parseInt((fraction + "000000").substring(0, 6)) * 1000;
    }

    private static @Nullable ZoneOffset offset(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return text.equalsIgnoreCase("Z") ? ZoneOffset.UTC : ZoneOffset.of(text);
    }

    private static ProtocolException outOfRange() {
        return new ProtocolException("a date or time with a part out of range (offsets up to 18 hours)");
    }
}
