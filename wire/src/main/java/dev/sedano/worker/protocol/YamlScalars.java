package dev.sedano.worker.protocol;

import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/** The values of tagged scalars, as PyYAML's {@code SafeConstructor} reads them. */
final class YamlScalars {
    private static final int LONGEST_NUMBER = 10_000;
    private static final Pattern FLOATING = Pattern.compile("(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:e[-+]?[0-9]{1,9})?");
    private static final Pattern TIME = Pattern.compile("(\\d{4})-(\\d\\d?)-(\\d\\d?)"
            + "(?:(?:[Tt]|[ \\t]+)(\\d\\d?):(\\d{2}):(\\d{2})(?:\\.(\\d*))?"
            + "(?:[ \\t]*(?:(Z)|([-+])(\\d\\d?)(?::(\\d{2}))?))?)?");
    private static final BigInteger SIXTY = BigInteger.valueOf(60);

    private YamlScalars() {}

    static @Nullable Object read(ScalarNode node) {
        Tag tag = node.getTag();
        String text = node.getValue();
        if (tag.equals(Tag.STR)) {
            return text;
        } else if (tag.equals(Tag.NULL)) {
            return null;
        } else if (tag.equals(Tag.INT)) {
            return integer(number(text));
        } else if (tag.equals(Tag.BOOL)) {
            return bool(text);
        } else if (tag.equals(Tag.FLOAT)) {
            return floating(number(text).toLowerCase(Locale.ROOT));
        } else if (tag.equals(Tag.TIMESTAMP)) {
            return time(text);
        } else if (tag.equals(Tag.BINARY)) {
            return binary(text);
        } else if (tag.equals(Tag.MERGE)) {
            return text;
        }
        throw new ProtocolException("body: a YAML tag that safe_load does not know; send what yaml.safe_dump writes");
    }

    private static boolean bool(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "yes", "true", "on" -> true;
            case "no", "false", "off" -> false;
            default -> throw malformed("bool");
        };
    }

    private static String number(String text) {
        if (text.length() > LONGEST_NUMBER) {
            throw ProtocolException.limit("body: a number of " + text.length() + " characters, more than "
                    + LONGEST_NUMBER + "; send it as text");
        }
        return text.replace("_", "");
    }

    private static Object integer(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative || text.startsWith("+") ? text.substring(1) : text;
        try {
            BigInteger value;
            if (digits.startsWith("0b")) {
                value = unsigned(digits.substring(2), 2);
            } else if (digits.startsWith("0x")) {
                value = unsigned(digits.substring(2), 16);
            } else if (digits.indexOf(':') >= 0) {
                value = BigInteger.ZERO;
                for (String part : digits.split(":", -1)) {
                    value = value.multiply(SIXTY).add(unsigned(part, 10));
                }
            } else {
                value = unsigned(digits, digits.startsWith("0") ? 8 : 10);
            }
            BigInteger signed = negative ? value.negate() : value;
            return signed.bitLength() < 64 ? (Object) signed.longValue() : signed;
        } catch (NumberFormatException e) {
            throw malformed("int");
        }
    }

    private static BigInteger unsigned(String digits, int radix) {
        if (digits.startsWith("-") || digits.startsWith("+")) {
            throw new NumberFormatException("two signs");
        }
        return new BigInteger(digits, radix);
    }

    private static double floating(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative || text.startsWith("+") ? text.substring(1) : text;
        double sign = negative ? -1 : 1;
        if (digits.equals(".inf")) {
            return sign * Double.POSITIVE_INFINITY;
        } else if (digits.equals(".nan")) {
            return Double.NaN;
        } else if (digits.indexOf(':') < 0) {
            return sign * plain(digits);
        }
        double value = 0;
        double base = 1;
        String[] parts = digits.split(":", -1);
        for (int i = parts.length - 1; i >= 0; i--) { // in Python's order, which rounds in its own way
            value += plain(parts[i]) * base;
            base *= 60;
        }
        return sign * value;
    }

    private static double plain(String digits) {
        if (!FLOATING.matcher(digits).matches()) {
            throw malformed("float");
        }
        return Double.parseDouble(digits);
    }

    private static Object time(String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            throw malformed("timestamp");
        }
        try {
            LocalDate date = LocalDate.of(number(matcher, 1), number(matcher, 2), number(matcher, 3));
            if (date.getYear() == 0) {
                throw new DateTimeException("Python's first year is 1");
            }
            if (matcher.group(4) == null) {
                return date;
            }
            String fraction = matcher.group(7);
            int micros = fraction == null ? 0 : Integer.parseInt((fraction + "000000").substring(0, 6));
            LocalDateTime local =
                    date.atTime(number(matcher, 4), number(matcher, 5), number(matcher, 6), micros * 1000);
            if (matcher.group(8) != null) {
                return local.atOffset(ZoneOffset.UTC);
            } else if (matcher.group(9) == null) {
                return local;
            }
            int sign = matcher.group(9).equals("-") ? -1 : 1;
            String minutes = matcher.group(11);
            return local.atOffset(ZoneOffset.ofHoursMinutes(
                    sign * number(matcher, 10), minutes == null ? 0 : sign * Integer.parseInt(minutes)));
        } catch (DateTimeException e) {
            throw new ProtocolException("body: a YAML time with a part out of range (offsets up to 18 hours)");
        }
    }

    private static int number(Matcher matcher, int group) {
        return Integer.parseInt(matcher.group(group));
    }

    private static byte[] binary(String text) {
        try {
            return Base64.getMimeDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw malformed("binary");
        }
    }

    private static ProtocolException malformed(String tag) {
        return new ProtocolException("body: a YAML value tagged " + tag + " that is not of that form");
    }
}
