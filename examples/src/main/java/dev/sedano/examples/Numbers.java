package dev.sedano.examples;

import java.math.BigDecimal;
import java.math.BigInteger;

/** Arithmetic over the number types that arrive from Python. */
final class Numbers {
    private static final BigInteger LEAST_LONG = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MOST_LONG = BigInteger.valueOf(Long.MAX_VALUE);

    private Numbers() {}

    static Number add(Number a, Number b) {
        if (isFloat(a) || isFloat(b)) {
            return a.doubleValue() + b.doubleValue();
        }
        if (a instanceof BigDecimal || b instanceof BigDecimal) {
            return decimal(a).add(decimal(b));
        }
        BigInteger sum = integer(a).add(integer(b));
        boolean fits = sum.compareTo(LEAST_LONG) >= 0 && sum.compareTo(MOST_LONG) <= 0;
        return fits ? sum.longValue() : (Number) sum;
    }

    private static boolean isFloat(Number number) {
        return number instanceof Double || number instanceof Float;
    }

    private static BigDecimal decimal(Number number) {
        return number instanceof BigDecimal decimal ? decimal : new BigDecimal(integer(number));
    }

    private static BigInteger integer(Number number) {
        return number instanceof BigInteger big ? big : BigInteger.valueOf(number.longValue());
    }
}
