package dev.sedano.worker.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What handlers are told: I6 a second start is announced, and does not happen where it is to be parked; nothing is
 * announced that surely did not happen; all runs of one attempt have one payload.
 */
final class RunCheck implements Checker.Check {
    private final Violations violations;
    private final Excuses excuses;
    private final Map<String, Line> started = new HashMap<>();
    private final Set<String> everStarted = new HashSet<>();
    private final Map<String, List<Line>> grants = new HashMap<>();
    private final Map<Long, String> priors = new HashMap<>();
    private final Set<String> delivered = new HashSet<>();
    private final Set<String> again = new HashSet<>();
    private final Set<Long> grantedBeforeLoss = new HashSet<>();
    private boolean park;

    RunCheck(Violations violations, Excuses excuses) {
        this.violations = violations;
        this.excuses = excuses;
    }

    @Override
    public void see(Line line) {
        String attempt = line.key() + " " + line.attempt();
        switch (line.event()) {
            case RULES -> park = line.what().equals("PARK");
            case LOSS -> {
                started.clear();
                grantedBeforeLoss.addAll(priors.keySet());
            }
            case DELIVERED -> {
                if (!delivered.add(line.copy())) {
                    again.add(line.worker() + " " + line.copy());
                }
            }
            case GRANTED -> {
                priors.put(line.token(), line.what());
                grants.computeIfAbsent(attempt, key -> new ArrayList<>()).add(line);
            }
            case START -> start(line, attempt);
            default -> {}
        }
    }

    private void start(Line line, String attempt) {
        boolean announced = line.until() == 1;
        String prior = priors.getOrDefault(line.token(), "");
        if (grantedBeforeLoss.contains(line.token())) {
            // The store cannot know of it, so nobody can be told.
            everStarted.add(attempt);
            return;
        }
        Line before = started.putIfAbsent(attempt, line);
        if (before != null) {
            if (!announced) {
                violations.add("I6", line, "a second start is not announced, the first was " + before);
            }
            if (park) {
                violations.add("I6", line, "a second start where it is to be parked, the first was " + before);
            }
            if (!before.what().equals(line.what())) {
                violations.add("I6", line, "another payload than " + before);
            }
        } else if (everStarted.contains(attempt)) {
            if (!announced && again.contains(line.worker() + " " + line.copy())) {
                violations.add("I6", line, "a copy that came again after a loss of data is not announced");
            }
        } else if (announced && prior.startsWith("MAY_HAVE_RUN") && !doubtful(line, attempt)) {
            violations.add("I6", line, "announced as a rerun of what nobody ran");
        }
        everStarted.add(attempt);
    }

    /** Whether trouble kept an earlier owner that never started from giving its claim back. */
    private boolean doubtful(Line line, String attempt) {
        return grants.getOrDefault(attempt, List.of()).stream()
                .filter(grant -> grant.token() != line.token())
                .anyMatch(grant -> grant.what().equals("STORE_LOST_DATA")
                        || excuses.anything(grant.worker(), grant.at(), line.at()));
    }
}
