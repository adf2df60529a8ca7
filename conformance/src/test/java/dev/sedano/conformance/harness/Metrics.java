package dev.sedano.conformance.harness;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One reading of {@code /metrics}. Immutable.
 *
 * @param series values by series as printed, e.g. {@code sedano_settlements_total{outcome="ack",…}}
 */
public record Metrics(Map<String, Double> series) {
    static Metrics parse(String text) {
        Map<String, Double> series = new LinkedHashMap<>();
        text.lines().filter(line -> !line.startsWith("#") && !line.isBlank()).forEach(line -> {
            int blank = line.lastIndexOf(' ');
            series.put(line.substring(0, blank), Double.parseDouble(line.substring(blank + 1)));
        });
        return new Metrics(series);
    }

    /**
     * The sum of all series of {@code name} that carry every one of {@code labels}; 0 if there is none.
     *
     * @param labels as printed, e.g. {@code outcome="ack"}
     */
    public double sum(String name, String... labels) {
        double sum = 0;
        for (Map.Entry<String, Double> entry : series.entrySet()) {
            if (isOf(entry.getKey(), name, labels)) {
                sum += entry.getValue();
            }
        }
        return sum;
    }

    private static boolean isOf(String series, String name, String... labels) {
        int brace = series.indexOf('{');
        if (!(brace < 0 ? series : series.substring(0, brace)).equals(name)) {
            return false;
        }
        for (String label : labels) {
            if (!series.contains("{" + label) && !series.contains("," + label)) {
                return false;
            }
        }
        return true;
    }

    /** Deliveries that arrived. */
    public double deliveries() {
        return sum("sedano_deliveries_total");
    }

    /** Settlements with every one of {@code labels}. */
    public double settlements(String... labels) {
        return sum("sedano_settlements_total", labels);
    }

    /** Deliveries that are not settled. */
    public double inFlight() {
        return sum("sedano_in_flight");
    }

    /** Handlers that run. */
    public double running() {
        return sum("sedano_handlers_running");
    }
}
