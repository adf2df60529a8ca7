package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.delivery.UnknownTaskPolicy;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code dead-letter}, {@code hand-on} or {@code hand-on:HOPS:TIME}. */
public final class UnknownTaskText {
    private static final Pattern HAND_ON = Pattern.compile("hand-on:([0-9]{1,9}):(.+)");

    private UnknownTaskText() {}

    /** As it would be written. */
    static String format(UnknownTaskPolicy policy) {
        return policy.hops() == 0
                ? "dead-letter"
                : "hand-on:" + policy.hops() + ":" + DurationText.format(policy.delay());
    }

    /** @throws ConfigurationException if it is none of them, or a number is out of range */
    public static UnknownTaskPolicy parse(String option, String text) {
        String given = text.strip().toLowerCase(Locale.ROOT);
        if (given.equals("dead-letter")) {
            return UnknownTaskPolicy.DEAD_LETTER;
        } else if (given.equals("hand-on")) {
            return UnknownTaskPolicy.HAND_ON;
        }
        Matcher parts = HAND_ON.matcher(given);
        if (!parts.matches()) {
            throw new ConfigurationException(
                    option, text, "is unknown: use dead-letter, hand-on or hand-on:HOPS:TIME, as hand-on:100:2s");
        }
        try {
            return new UnknownTaskPolicy(Integer.parseInt(parts.group(1)), DurationText.parse(option, parts.group(2)));
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(option, text, "is out of range: " + e.getMessage());
        }
    }
}
