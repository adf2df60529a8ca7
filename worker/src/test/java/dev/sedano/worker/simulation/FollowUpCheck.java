package dev.sedano.worker.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * I9 what follows a task is in the queue before a copy of the task is acknowledged as done, and not before the outcome is
 * recorded; whoever publishes it again uses the same id; callbacks and errbacks never follow the same task.
 */
final class FollowUpCheck implements Checker.Check {
    private static final String LINK = "link";
    private static final String ERRBACK = "errback";

    private final Violations violations;
    /** The task id of each copy. */
    private final Map<String, String> ids = new HashMap<>();
    /** The keys under which a task id was sent. */
    private final Map<String, Set<String>> keys = new HashMap<>();
    /** How many callbacks, and how many errbacks, a task id has. */
    private final Map<String, Long> promised = new HashMap<>();

    private final Map<String, String> published = new HashMap<>();
    private final Map<String, String> kinds = new HashMap<>();
    private final Set<String> completed = new HashSet<>();
    private final Set<String> handed = new HashSet<>();
    private boolean lost;

    FollowUpCheck(Violations violations) {
        this.violations = violations;
    }

    @Override
    public void see(Line line) {
        switch (line.event()) {
            case SENT -> {
                ids.put(line.copy(), line.what());
                keys.computeIfAbsent(line.what(), id -> new HashSet<>()).add(line.key());
                promised.merge(line.what(), line.until(), Math::max);
            }
            case COMPLETED -> completed.add(line.key());
            case HANDED -> handed.add(line.key() + " " + line.attempt());
            case FOLLOWED -> followed(line);
            case ACKED -> acked(line);
            case LOSS -> lost = true;
            default -> {}
        }
    }

    private void followed(Line line) {
        String task = line.what().substring(0, line.what().indexOf(' '));
        String kindNow = line.what().startsWith(task + " " + LINK) ? LINK : ERRBACK;
        String before = published.putIfAbsent(line.what(), line.key());
        if (before != null && !before.equals(line.key())) {
            violations.add("I9", line, "published again with another id than " + before);
        }
        if (keys.getOrDefault(task, Set.of()).stream().noneMatch(completed::contains)) {
            violations.add("I9", line, "published before the outcome is recorded");
        }
        String kind = kinds.putIfAbsent(task, kindNow);
        // After a loss a task may run again and end otherwise.
        if (!lost && kind != null && !kind.equals(kindNow)) {
            violations.add("I9", line, "callbacks and errbacks of one task");
        }
    }

    private void acked(Line line) {
        String id = ids.getOrDefault(line.copy(), "");
        boolean right = switch (line.what()) {
            case "succeeded" -> areAllPublished(id, LINK);
            case "failed" -> areAllPublished(id, ERRBACK);
            case "duplicate" -> areAllPublished(id, LINK) || areAllPublished(id, ERRBACK);
            case "attached" ->
                handed.contains(line.key() + " " + line.attempt())
                        || areAllPublished(id, LINK)
                        || areAllPublished(id, ERRBACK);
            default -> true;
        };
        if (!right) {
            violations.add("I9", line, "acknowledged although what follows it was not published");
        }
    }

    private boolean areAllPublished(String id, String kind) {
        return IntStream.range(0, promised.getOrDefault(id, 0L).intValue())
                .allMatch(i -> published.containsKey(id + " " + kind + " " + i));
    }
}
