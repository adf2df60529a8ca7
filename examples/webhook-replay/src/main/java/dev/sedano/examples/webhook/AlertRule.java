package dev.sedano.examples.webhook;

import dev.sedano.workbench.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A rule of a Prometheus rule file, evaluated without Prometheus. Knows what this example's rule uses: {@code
 * sum(increase(name[window]))}, numbers, {@code *}, {@code >} and {@code and}. Immutable.
 *
 * @param expression as in the file
 */
record AlertRule(String expression) {
    private static final Pattern INCREASE = Pattern.compile("sum\\(increase\\((\\w+)\\[\\w+]\\)\\)");

    /** Reads the rule named {@code alert}; its {@code expr} is on one line. */
    static AlertRule read(Path file, String alert) throws IOException {
        Matcher rule = Pattern.compile("- alert: " + Pattern.quote(alert) + "\\s+expr: (.+)")
                .matcher(Files.readString(file));
        if (!rule.find()) {
            throw new IOException(file + " has no alert named \"" + alert + "\" with its expr on the next line");
        }
        return new AlertRule(rule.group(1).strip());
    }

    /** Whether it fires, when the window reaches from {@code before} to {@code now}. */
    boolean fires(Metrics before, Metrics now) {
        String numbers = INCREASE.matcher(expression)
                .replaceAll(found -> Double.toString(now.sum(found.group(1)) - before.sum(found.group(1))));
        for (String comparison : numbers.split(" and ", -1)) {
            String[] sides = comparison.split(" > ", -1);
            if (sides.length != 2) {
                throw new IllegalArgumentException("no comparison with >: " + comparison);
            }
            if (product(sides[0]) <= product(sides[1])) {
                return false;
            }
        }
        return true;
    }

    private static double product(String factors) {
        double product = 1;
        for (String factor : factors.split("\\*", -1)) {
            product *= Double.parseDouble(factor.strip());
        }
        return product;
    }
}
