package dev.sedano.conformance.suite;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's {@code +}, {@code *} and truth for the values that the suite's tasks get. */
final class PythonValues {
    private PythonValues() {}

    /** @throws IllegalArgumentException if the two cannot be added */
    static Object plus(@Nullable Object left, @Nullable Object right) {
        if (left instanceof String a && right instanceof String b) {
            return a + b;
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            List<@Nullable Object> both = new ArrayList<>(a);
            both.addAll(b);
            return both;
        }
        if (left instanceof Number a && right instanceof Number b) {
            return isFloat(a) || isFloat(b) ? (Object) (a.doubleValue() + b.doubleValue()) : whole(a).add(whole(b));
        }
        throw new IllegalArgumentException("unsupported operands for +: " + left + " and " + right);
    }

    /** The product of two numbers. */
    static Object times(Number left, Number right) {
        return isFloat(left) || isFloat(right)
                ? (Object) (left.doubleValue() * right.doubleValue())
                : whole(left).multiply(whole(right));
    }

    /** The sum of numbers, 0 of none. */
    static Object sum(List<?> values) {
        Object sum = BigInteger.ZERO;
        for (Object value : values) {
            sum = plus(sum, value);
        }
        return sum;
    }

    /** Python's truth. */
    static boolean truth(@Nullable Object value) {
        if (value instanceof Number number) {
            return number.doubleValue() != 0;
        }
        return value instanceof Boolean flag ? flag : value != null && !value.equals("") && !value.equals(List.of());
    }

    private static boolean isFloat(Number number) {
        return number instanceof Double || number instanceof Float;
    }

    private static BigInteger whole(Number number) {
        return number instanceof BigInteger big ? big : new BigDecimal(number.toString()).toBigIntegerExact();
    }
}
