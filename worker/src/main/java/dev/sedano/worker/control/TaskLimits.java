package dev.sedano.worker.control;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The rate limits in force, of the settings or set by remote control, as they were written. Thread-safe. */
final class TaskLimits {
    private final Map<String, String> rates;

    TaskLimits(Map<String, String> ofSettings) {
        this.rates = new ConcurrentHashMap<>(ofSettings);
    }

    /** @param rate null = none */
    void rate(String task, @Nullable String rate) {
        if (rate == null) {
            rates.remove(task);
        } else {
            rates.put(task, rate);
        }
    }

    @Nullable
    String rateOf(String task) {
        return rates.get(task);
    }
}
