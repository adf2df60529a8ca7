package dev.sedano.worker.protocol;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Python's {@code repr(float)}, which is also how its json prints one. */
final class PythonFloat {
    private static final double PLAIN_INTEGRAL = 1e15;
    private static final int LARGEST_PLAIN_EXPONENT = 16;
    private static final int SMALLEST_PLAIN_EXPONENT = -4;

    private static final int UNIQUE_DIGITS = 15;

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
        return value == 0 ? Double.toString(value) : format(shortest(value));
    }

    /**
     * The fewest digits that read back the same, of those the nearest. Double.toString has digits to spare before Java
     * 19, and always two or more; but of up to 15 digits no two numbers are the same double, so those are the fewest.
     */
    private static BigDecimal shortest(double value) {
        BigDecimal digits = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        if (digits.precision() <= UNIQUE_DIGITS && Math.abs(value) >= Double.MIN_NORMAL) {
            return digits;
        }
        BigDecimal exact = new BigDecimal(value);
        for (int precision = digits.precision(); precision > 0; precision--) {
            BigDecimal nearest = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
            if (nearest.doubleValue() != value) {
                break;
            }
            digits = nearest.stripTrailingZeros();
        }
        return digits;
    }

    private static String format(BigDecimal digits) {
        int exponent = digits.precision() - digits.scale() - 1;
        if (exponent >= SMALLEST_PLAIN_EXPONENT && exponent < LARGEST_PLAIN_EXPONENT) {
            String plain = digits.toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        int size = Math.abs(exponent);
        return digits.movePointLeft(exponent).stripTrailingZeros().toPlainString()
                + (exponent < 0 ? "e-" : "e+")
                + (size < 10 ? "0" : "")
                + size;
    }
}
