package dev.sedano.worker.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Which known name somebody may have meant. */
final class Nearest {
    private Nearest() {}

    /** The name that differs by one or two slips of the finger, if there is one. */
    static Optional<String> slip(String written, Collection<String> known) {
        return known.contains(written)
                ? Optional.empty()
                : of(written, known).filter(name -> distance(written, name) <= 2);
    }

    /** The name with the fewest changes, if any is not altogether different. */
    static Optional<String> of(String written, Collection<String> known) {
        String plain = plain(written);
        return known.stream()
                .min(Comparator.<String>comparingInt(name -> distance(plain, plain(name)))
                        .thenComparing(Comparator.naturalOrder()))
                .filter(name -> distance(plain, plain(name)) <= Math.max(2, name.length() / 3));
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace('-', '_');
    }

    /** Insertions, deletions, replacements and swaps of neighbours between two names. */
    static int distance(String one, String other) {
        int[] beforeLast = new int[other.length() + 1];
        int[] last = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] now = new int[other.length() + 1];
            now[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = last[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                now[j] = Math.min(replaced, Math.min(last[j], now[j - 1]) + 1);
                if (i > 1
                        && j > 1
                        && one.charAt(i - 1) == other.charAt(j - 2)
                        && one.charAt(i - 2) == other.charAt(j - 1)) {
                    now[j] = Math.min(now[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = now;
        }
        return last[other.length()];
    }
}
