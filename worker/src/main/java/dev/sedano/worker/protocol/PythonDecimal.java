package dev.sedano.worker.protocol;

import java.math.BigDecimal;
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
            Pattern.compile("[+-]?(?:inf(?:inity)?|s?nan[0-9]*+)", Pattern.CASE_INSENSITIVE);

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
