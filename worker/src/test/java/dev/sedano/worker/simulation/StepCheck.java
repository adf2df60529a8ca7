package dev.sedano.worker.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * I10 a step that is to run at most once has its effect once, over all tenures and attempts of its key; no later tenure
 * runs a step whose end is recorded; a value that the store tells is that of a run that had the effect.
 */
final class StepCheck implements Checker.Check {
    private final Violations violations;
    /** The first effect of each step in this life of the store. */
    private final Map<String, Line> effects = new HashMap<>();

    private final Map<String, Line> ended = new HashMap<>();
    private final Set<String> everMade = new HashSet<>();
    private final Set<Long> granted = new HashSet<>();
    private final Set<Long> grantedBeforeLoss = new HashSet<>();

    StepCheck(Violations violations) {
        this.violations = violations;
    }

    @Override
    public void see(Line line) {
        String step = line.key() + " " + line.what();
        switch (line.event()) {
            case GRANTED -> granted.add(line.token());
            case LOSS -> {
                // The steps are lost with the record; whoever runs now may still have an effect.
                grantedBeforeLoss.addAll(granted);
                effects.clear();
                ended.clear();
            }
            case EFFECT -> effect(line, step);
            case STEPPED -> ended.putIfAbsent(step, line);
            case KNOWN -> {
                if (!everMade.contains(step + " " + line.until())) {
                    violations.add("I10", line, "a value that no run made");
                }
            }
            default -> {}
        }
    }

    private void effect(Line line, String step) {
        everMade.add(step + " " + line.token());
        if (grantedBeforeLoss.contains(line.token())) {
            return;
        }
        Line before = effects.putIfAbsent(step, line);
        if (before != null && line.until() == 1) {
            violations.add("I10", line, "a second effect, the first was " + before);
        }
        Line end = ended.get(step);
        if (end != null && end.token() < line.token()) {
            violations.add("I10", line, "runs again although it ended: " + end);
        }
    }
}
