package dev.sedano.worker.idempotency;

import java.time.Duration;

/**
 * A request for turns of a task whose rate limit counts over all workers. Immutable.
 *
 * @param task the task's name
 * @param interval between two turns, from 1 µs to a year
 * @param most so many are taken at once, at least 1
 * @param ahead so long before they come turns are taken, the same for all who ask; one that nobody uses is lost
 * @param within the turn must come so soon, at most {@code ahead}
 */
public record TurnRequest(String task, Duration interval, int most, Duration ahead, Duration within) {
    private static final Duration LEAST = Duration.ofNanos(1_000);
    private static final Duration LONGEST = Duration.ofDays(365);

    /** Takes an interval out of bounds as the nearest in them. */
    public TurnRequest {
        interval = interval.compareTo(LEAST) < 0 ? LEAST : interval.compareTo(LONGEST) > 0 ? LONGEST : interval;
    }
}
