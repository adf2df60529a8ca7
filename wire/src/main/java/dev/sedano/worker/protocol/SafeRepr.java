package dev.sedano.worker.protocol;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoField;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Plain values as Python's {@code repr} shows them, cut as Celery cuts them (celery/utils/saferepr.py): three levels and
 * about a thousand characters. For people; nothing parses it.
 */
public final class SafeRepr {
    private static final int DEEPEST = 3;
    private static final int LONGEST = 1024;
    private static final String CUT = "...";

    private final StringBuilder text = new StringBuilder();

    private SafeRepr() {}

    /** Any plain value. */
    public static String of(@Nullable Object value) {
        SafeRepr repr = new SafeRepr();
        repr.value(value, 0);
        return repr.text.toString();
    }

    /** Positional arguments, as a tuple. */
    public static String ofArgs(List<? extends @Nullable Object> args) {
        SafeRepr repr = new SafeRepr();
        repr.sequence(args, "(", args.size() == 1 ? ",)" : ")", 1);
        return repr.text.toString();
    }

    /** Texts as a set, as {@code {'a', 'b'}}. */
    public static String ofSet(Iterable<String> texts) {
        SafeRepr repr = new SafeRepr();
        repr.sequence(texts, "{", "}", 1);
        return repr.text.length() == 2 ? "set()" : repr.text.toString();
    }

    /** A stored exception, as {@code ValueError('no')}. */
    public static String ofException(@Nullable Object stored) {
        if (!(stored instanceof Map<?, ?> fields) || !(fields.get("exc_type") instanceof String type)) {
            return of(stored);
        }
        SafeRepr repr = new SafeRepr();
        repr.text.append(type);
        Object message = fields.get("exc_message");
        repr.sequence(message instanceof List<?> list ? list : List.of(String.valueOf(message)), "(", ")", 1);
        return repr.text.toString();
    }

    private void value(@Nullable Object value, int level) {
        if (value == null) {
            text.append("None");
        } else if (value instanceof Boolean flag) {
            text.append(flag ? "True" : "False");
        } else if (value instanceof String string) {
            string(string);
        } else if (value instanceof List<?> list) {
            sequence(list, "[", "]", level + 1);
        } else if (value instanceof Map<?, ?> map) {
            map(map, level + 1);
        } else if (value instanceof byte[] bytes) {
            bytes(bytes);
        } else if (value instanceof BigDecimal) {
            text.append("Decimal('").append(value).append("')");
        } else if (value instanceof UUID) {
            text.append("UUID('").append(value).append("')");
        } else if (value instanceof Double number) {
            text.append(number.isNaN() ? "nan" : number.isInfinite() ? infinity(number) : PythonFloat.repr(number));
        } else if (value instanceof Temporal time) {
            cut(time(time));
        } else {
            cut(String.valueOf(value));
        }
    }

    private static String infinity(double number) {
        return number > 0 ? "inf" : "-inf";
    }

    /** As Python's datetime shows itself: no seconds if there is nothing after the minutes. */
    private static String time(Temporal time) {
        String zone = time.isSupported(ChronoField.OFFSET_SECONDS) ? zone(time.get(ChronoField.OFFSET_SECONDS)) : "";
        List<Integer> fields = new ArrayList<>();
        boolean dated = time.isSupported(ChronoField.YEAR);
        boolean timed = time.isSupported(ChronoField.HOUR_OF_DAY);
        if (dated) {
            fields.add(time.get(ChronoField.YEAR));
            fields.add(time.get(ChronoField.MONTH_OF_YEAR));
            fields.add(time.get(ChronoField.DAY_OF_MONTH));
        }
        if (timed) {
            fields.add(time.get(ChronoField.HOUR_OF_DAY));
            fields.add(time.get(ChronoField.MINUTE_OF_HOUR));
            int second = time.get(ChronoField.SECOND_OF_MINUTE);
            int micro = time.get(ChronoField.MICRO_OF_SECOND);
            if (second != 0 || micro != 0) {
                fields.add(second);
            }
            if (micro != 0) {
                fields.add(micro);
            }
        }
        String type = dated ? timed ? "datetime" : "date" : "time";
        return "datetime." + type + "(" + fields.stream().map(String::valueOf).collect(Collectors.joining(", ")) + zone
                + ")";
    }

    private static String zone(int seconds) {
        return ", tzinfo=datetime.timezone" + (seconds == 0 ? ".utc" : "(datetime.timedelta(seconds=" + seconds + "))");
    }

    private void string(String string) {
        text.append('\'');
        cut(string.replace("\\", "\\\\").replace("'", "\\'"));
        text.append('\'');
    }

    private void cut(String string) {
        int room = Math.max(0, LONGEST - text.length());
        if (string.length() <= room) {
            text.append(string);
        } else {
            int end = room > 0 && Character.isHighSurrogate(string.charAt(room - 1)) ? room - 1 : room;
            text.append(string, 0, end).append(CUT);
        }
    }

    private void bytes(byte[] bytes) {
        int shown = Math.min(bytes.length, LONGEST / 2);
        boolean ascii = true;
        for (int i = 0; i < shown; i++) {
            ascii &= bytes[i] >= 32 && bytes[i] < 127;
        }
        text.append('b');
        string(
                ascii
                        ? new String(bytes, 0, shown, StandardCharsets.US_ASCII)
                        : HexFormat.of().formatHex(bytes, 0, shown));
    }

    private void sequence(Iterable<? extends @Nullable Object> elements, String open, String close, int level) {
        text.append(open);
        Iterator<? extends @Nullable Object> each = elements.iterator();
        if (level > DEEPEST && each.hasNext()) {
            text.append(CUT);
        } else {
            for (boolean first = true; each.hasNext(); first = false) {
                text.append(first ? "" : ", ");
                if (text.length() >= LONGEST) {
                    text.append(CUT);
                    break;
                }
                value(each.next(), level);
            }
        }
        text.append(close);
    }

    private void map(Map<?, ?> map, int level) {
        text.append('{');
        if (level > DEEPEST && !map.isEmpty()) {
            text.append(CUT);
        } else {
            boolean first = true;
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                text.append(first ? "" : ", ");
                first = false;
                if (text.length() >= LONGEST) {
                    text.append(CUT);
                    break;
                }
                value(entry.getKey(), level);
                text.append(": ");
                value(entry.getValue(), level);
            }
        }
        text.append('}');
    }
}
