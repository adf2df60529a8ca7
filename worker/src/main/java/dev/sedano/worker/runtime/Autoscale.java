package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bounds of automatic scaling, from least to most handlers at once. Immutable. */
public record Autoscale(int least, int most) {
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,5})\\s*(?:,\\s*([0-9]{1,5}))?");

    /** @throws ConfigurationException if they are none */
    public Autoscale {
        if (least < 1 || most > 10_000 || least > most) {
            throw new ConfigurationException(
                    "--autoscale", most + "," + least, "must be MAX,MIN with 1 <= MIN <= MAX <= 10000");
        }
    }

    /** Reads {@code MAX,MIN} or {@code MAX}, as Celery; the least is then 1, since a worker without threads cannot wait. */
    public static Autoscale parse(String option, String text) {
        Matcher parts = TEXT.matcher(text.strip());
        if (!parts.matches()) {
            throw new ConfigurationException(option, text, "is no pair of numbers: write MAX,MIN, as 10,2");
        }
        int least = parts.group(2) == null ? 1 : Math.max(1, Integer.parseInt(parts.group(2)));
        return new Autoscale(least, Integer.parseInt(parts.group(1)));
    }

    /** As the option writes it. */
    @Override
    public String toString() {
        return most + "," + least;
    }
}
