package dev.sedano.benchmarks.harness;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * All runs of a measurement. Figures of different machines or minutes do not compare; ratios within a round, whose runs
 * follow each other, do.
 */
final class Rounds {
    private static final String BASE = "L3";

    private final Map<String, List<Drain>> runs = new LinkedHashMap<>();

    void add(String label, Drain drain) {
        runs.computeIfAbsent(label, key -> new ArrayList<>()).add(drain);
    }

    /** Everything but the ruler that others are divided by. */
    List<String> others() {
        return runs.keySet().stream().filter(label -> !label.equals(BASE)).toList();
    }

    /** A figure of {@code label} divided by that of L3 in the same round. */
    Spread ratio(String label, ToDoubleFunction<Drain> figure) {
        List<Drain> base = runs.getOrDefault(BASE, List.of());
        List<Drain> other = runs.getOrDefault(label, List.of());
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < Math.min(base.size(), other.size()); round++) {
            ratios.add(figure.applyAsDouble(other.get(round)) / figure.applyAsDouble(base.get(round)));
        }
        return Spread.of(ratios);
    }

    /** Whether every task of every run ran once and left its result. */
    boolean faultless() {
        return runs.values().stream()
                .flatMap(List::stream)
                .allMatch(drain -> drain.faults().isEmpty());
    }
}
