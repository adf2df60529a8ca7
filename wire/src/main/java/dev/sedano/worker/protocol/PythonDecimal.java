package dev.sedano.worker.protocol;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Python {@code Decimal} that BigDecimal cannot hold: NaN, the infinities, negative zero, exponents beyond ±10,000.
 *
 * @param text as Python's {@code str} prints it
 */
public record PythonDecimal(String text) {
    private static final int LONGEST = 10_000;
    private static final int LARGEST_EXPONENT = 10_000;
    private static final Pattern FINITE =
            Pattern.compile("[+-]?(?:[0-9]++(?:\\.[0-9]*+)?|\\.[0-9]++)(?:[eE][+-]?[0-9]{1,18})?");
    private static final Pattern SPECIAL =
            Pattern.compile("[+-]?(?:inf(?:inity)?|(?<signals>s)?nan(?<payload>[0-9]*+))", Pattern.CASE_INSENSITIVE);
    private static final Pattern LEADING_ZEROS = Pattern.compile("^0+");

    /** @throws ProtocolException if Python's Decimal would not read {@code text} */
    public PythonDecimal {
        if (text.length() > LONGEST
                || !(FINITE.matcher(text).matches() || SPECIAL.matcher(text).matches())) {
            throw new ProtocolException("a value tagged decimal is not a decimal number of at most 10,000 characters");
        }
    }

    /** A BigDecimal where it holds exactly the same value, else a PythonDecimal. */
    static Object parse(String text) {
        PythonDecimal decimal = new PythonDecimal(text.strip());
        BigDecimal exact = decimal.exact();
        return exact == null || (exact.signum() == 0 && decimal.text.startsWith("-")) ? decimal : exact;
    }

    /** The text that Python's {@code str} prints of this value, however it was written. */
    String canonical() {
        Matcher special = SPECIAL.matcher(text);
        if (special.matches()) {
            String sign = text.startsWith("-") ? "-" : "";
            if (special.group("payload") == null) {
                return sign + "Infinity";
            }
            boolean signals = special.group("signals") != null;
            return sign
                    + (signals ? "sNaN" : "NaN")
                    + LEADING_ZEROS.matcher(special.group("payload")).replaceFirst("");
        }
        int e = Math.max(text.indexOf('e'), text.indexOf('E'));
        String mantissa =
                text.substring(text.startsWith("-") || text.startsWith("+") ? 1 : 0, e < 0 ? text.length() : e);
        int point = mantissa.indexOf('.');
        int fraction = point < 0 ? 0 : mantissa.length() - point - 1;
        BigInteger digits = new BigInteger(mantissa.replace(".", ""));
        long exponent = (e < 0 ? 0 : Long.parseLong(text.substring(e + 1))) - fraction;
        return (text.startsWith("-") ? "-" : "") + scientific(digits.toString(), exponent);
    }

    /** {@code to-scientific-string} of the General Decimal Arithmetic specification. */
    private static String scientific(String digits, long exponent) {
        long adjusted = exponent + digits.length() - 1;
        if (exponent <= 0 && adjusted >= -6) {
            int whole = (int) (digits.length() + exponent);
            if (exponent == 0) {
                return digits;
            }
            return whole > 0
                    ? digits.substring(0, whole) + '.' + digits.substring(whole)
                    : "0." + "0".repeat(-whole) + digits;
        }
        String fraction = digits.length() == 1 ? "" : '.' + digits.substring(1);
        return digits.charAt(0) + fraction + 'E' + (adjusted < 0 ? "" : "+") + adjusted;
    }

    /** The value as a BigDecimal (the sign of zero is lost), or null if there is none of moderate exponent. */
    @Nullable
    BigDecimal exact() {
        int e = Math.max(text.indexOf('e'), text.indexOf('E'));
        if (!FINITE.matcher(text).matches()
                || (e >= 0 && Math.abs(Long.parseLong(text.substring(e + 1))) > LARGEST_EXPONENT)) {
            return null;
        }
        return new BigDecimal(text);
    }
}
