package dev.sedano.worker.protocol;

import java.math.BigDecimal;

/** Python's {@code repr(float)}, which is also how its json prints one. */
final class PythonFloat {
    private static final double PLAIN_INTEGRAL = 1e15;
    private static final int LARGEST_PLAIN_EXPONENT = 16;
    private static final int SMALLEST_PLAIN_EXPONENT = -4;

    private PythonFloat() {}

    static String repr(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "Infinity" : "-Infinity";
        }
        if (value == Math.rint(value) && Math.abs(value) < PLAIN_INTEGRAL && value != 0) {
            return (long) value + ".0";
        }
        String text = Double.toString(value);
        int e = text.indexOf('E');
        return e < 0 ? text : withExponent(text.substring(0, e), Integer.parseInt(text, e + 1, text.length(), 10));
    }

    private static String withExponent(String mantissa, int exponent) {
        BigDecimal digits = new BigDecimal(mantissa).stripTrailingZeros();
        if (exponent >= SMALLEST_PLAIN_EXPONENT && exponent < LARGEST_PLAIN_EXPONENT) {
            String plain = digits.scaleByPowerOfTen(exponent).toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        int size = Math.abs(exponent);
        return digits.toPlainString() + (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + size;
    }
}
