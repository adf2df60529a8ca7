package dev.sedano.worker.delivery;

import java.util.Map;

/**
 * How many handlers may run at once of what came from one queue, or of one task, whatever slots are free. Immutable.
 *
 * @param queues by queue; each at least 1
 * @param tasks by name of the task; each at least 1
 */
public record Caps(Map<String, Integer> queues, Map<String, Integer> tasks) {
    /** The slots are the only limit. */
    public static final Caps NONE = new Caps(Map.of(), Map.of());

    public Caps {
        queues = Map.copyOf(queues);
        tasks = Map.copyOf(tasks);
    }
}
