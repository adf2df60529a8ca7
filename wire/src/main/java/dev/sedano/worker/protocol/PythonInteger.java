package dev.sedano.worker.protocol;

import java.math.BigInteger;

/** Integers as text that Python reads: {@code int()} refuses more than 4,300 digits ({@code sys.int_info}). */
final class PythonInteger {
    private static final int MOST_DIGITS = 4_300;
    /** Whatever has more has more digits, too; seen without writing it out. */
    private static final int MOST_BITS = 14_285;

    private PythonInteger() {}

    /** @throws EncodingException if Python could not read it */
    static String text(BigInteger number) {
        if (number.bitLength() <= MOST_BITS) {
            String text = number.toString();
            if (text.length() - (number.signum() < 0 ? 1 : 0) <= MOST_DIGITS) {
                return text;
            }
        }
        throw new EncodingException(
                "an integer of more than " + MOST_DIGITS + " digits, which Python does not read", false);
    }
}
