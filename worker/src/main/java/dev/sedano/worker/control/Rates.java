package dev.sedano.worker.control;

import java.util.Map;

/** Rates as Celery writes them. */
public final class Rates {
    private static final Map<String, Integer> UNITS = Map.of("s", 1, "m", 60, "h", 3600);

    private Rates() {}

    /**
     * {@code 10}, {@code 10/s}, {@code 10/m} or {@code 10/h} as calls per second (celery/utils/time.py).
     *
     * @throws NumberFormatException if it is none of them, negative or infinite
     */
    public static double perSecond(String rate) {
        String[] parts = rate.split("/", 2);
        Integer unit = parts.length == 1 ? Integer.valueOf(1) : UNITS.get(parts[1].strip());
        double calls = Double.parseDouble(parts[0].strip());
        if (unit == null || !(calls >= 0 && calls < 1e9)) {
            throw new NumberFormatException(rate);
        }
        return calls / unit;
    }
}
