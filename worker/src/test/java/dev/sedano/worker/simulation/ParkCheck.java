package dev.sedano.worker.simulation;

import java.util.HashMap;
import java.util.Map;

/** I13 what is in a person's hands, because nobody knows whether it was done, is granted to no worker. */
final class ParkCheck implements Checker.Check {
    private final Violations violations;
    private final Map<String, Line> parked = new HashMap<>();

    ParkCheck(Violations violations) {
        this.violations = violations;
    }

    @Override
    public void see(Line line) {
        switch (line.event()) {
            case PARKED -> {
                if (line.what().equals("parked") || line.what().equals("outcome_unknown")) {
                    parked.merge(line.key(), line, (one, other) -> one.attempt() > other.attempt() ? one : other);
                }
            }
            case GRANTED -> granted(line);
            case LOSS -> parked.clear();
            default -> {}
        }
    }

    private void granted(Line line) {
        Line copy = parked.get(line.key());
        // A late owner that hands over may still do so: then the next attempt runs.
        if (copy != null && line.attempt() <= copy.attempt()) {
            violations.add("I13", line, "granted although parked: " + copy);
        }
    }
}
