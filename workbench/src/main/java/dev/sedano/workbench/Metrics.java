package dev.sedano.workbench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Figures in Prometheus' text format. Immutable.
 *
 * @param samples in the order of the text
 */
public record Metrics(List<Sample> samples) {
    private static final Pattern LINE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? (\\S+)(?: \\d+)?");

    /** One line: {@code name{labels} value}. */
    public record Sample(String name, String labels, double value) {
        OptionalDouble bound() {
            Matcher bound = Pattern.compile("(?:^|,)le=\"([^\"]*)\"").matcher(labels);
            return bound.find() ? OptionalDouble.of(number(bound.group(1))) : OptionalDouble.empty();
        }
    }

    /** Reads what it knows of the format and passes over the rest. */
    public static Metrics parse(String text) {
        List<Sample> samples = new ArrayList<>();
        text.lines().forEach(line -> {
            Matcher matcher = LINE.matcher(line.strip());
            if (matcher.matches()) {
                String labels = matcher.group(2) == null ? "" : matcher.group(2);
                samples.add(new Sample(matcher.group(1), labels, number(matcher.group(3))));
            }
        });
        return new Metrics(List.copyOf(samples));
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    /** Returns the sum over all labels, 0 for a name that is not there (yet). */
    public double sum(String name) {
        return samples.stream()
                .filter(sample -> sample.name().equals(name))
                .mapToDouble(Sample::value)
                .sum();
    }

    /** Returns the sum over the samples that have {@code label="value"}. */
    public double sum(String name, String label, String value) {
        Pattern wanted = Pattern.compile("(?:^|,)" + label + "=\"" + Pattern.quote(value) + "\"");
        return samples.stream()
                .filter(sample -> sample.name().equals(name))
                .filter(sample -> wanted.matcher(sample.labels()).find())
                .mapToDouble(Sample::value)
                .sum();
    }

    /** Returns the largest value, 0 for a name that is not there. */
    public double max(String name) {
        return samples.stream()
                .filter(sample -> sample.name().equals(name))
                .mapToDouble(Sample::value)
                .max()
                .orElse(0);
    }

    /**
     * Returns the median of a histogram, interpolated within the bucket that holds it, so it is as exact as the buckets
     * are narrow (its end is the maximum, where that is known and lower); empty when nothing was observed.
     */
    public OptionalDouble median(String histogram) {
        List<Sample> buckets = samples.stream()
                .filter(sample -> sample.name().equals(histogram + "_bucket"))
                .filter(sample -> sample.bound().isPresent())
                .sorted(Comparator.comparingDouble(sample -> sample.bound().orElseThrow()))
                .toList();
        double half = sum(histogram + "_count") / 2;
        if (half == 0) {
            return OptionalDouble.empty();
        }
        double largest = max(histogram + "_max");
        double lower = 0;
        double below = 0;
        for (Sample bucket : buckets) {
            double upper = bucket.bound().orElseThrow();
            if (bucket.value() >= half) {
                double share = (half - below) / (bucket.value() - below);
                double end = largest > lower ? Math.min(upper, largest) : upper;
                return OptionalDouble.of(Double.isInfinite(end) ? lower : lower + share * (end - lower));
            }
            lower = upper;
            below = bucket.value();
        }
        return OptionalDouble.of(lower);
    }
}
