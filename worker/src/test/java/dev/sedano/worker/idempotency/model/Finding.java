package dev.sedano.worker.idempotency.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What exploring a scenario found.
 *
 * @param broken the invariant that does not hold, or null
 * @param trace the shortest way to its breach, one line an event; empty if all hold
 * @param complete whether every state was seen
 */
record Finding(
        Scenario scenario, @Nullable Invariant broken, List<String> trace, int states, long edges, boolean complete) {
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(
                "%-62s %8d states %9d edges  %s",
                scenario.name,
                states,
                edges,
                broken == null ? complete ? "every invariant holds" : "NOT EXHAUSTIVE" : "breaks " + broken));
        int number = 1;
        for (String line : trace) {
            text.append(String.format("%n    %2d. %s", number++, line));
        }
        return text.toString();
    }
}
