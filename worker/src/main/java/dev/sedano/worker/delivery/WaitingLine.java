package dev.sedano.worker.delivery;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Work that waits for a claim: as {@link PriorityLanes}, and none beyond the {@link Caps}. Guarded by its owner. */
final class WaitingLine {
    private final Caps caps;
    private final PriorityLanes lanes;
    private final Map<String, Integer> takenOfQueues = new HashMap<>();
    private final Map<String, Integer> takenOfTasks = new HashMap<>();

    /**
     * @param nanos the ticker by which arrivals are noted
     * @param longest after so many nanoseconds nobody is overtaken any more
     */
    WaitingLine(Caps caps, LongSupplier nanos, long longest) {
        this.caps = caps;
        this.lanes = new PriorityLanes(nanos, longest);
    }

    void add(Work work) {
        lanes.add(work);
    }

    /** Takes out who is next of those that {@code may}; it counts towards the caps until it {@link #left}. */
    @Nullable
    Work next(Predicate<Work> may) {
        return lanes.next(work -> may.test(work) && fits(work));
    }

    /** Whether somebody waits whose message has a priority. */
    boolean isRanked() {
        return lanes.isRanked();
    }

    private boolean fits(Work work) {
        return fits(caps.queues(), takenOfQueues, work.delivery.queue())
                && fits(caps.tasks(), takenOfTasks, work.handler.name());
    }

    private static boolean fits(Map<String, Integer> caps, Map<String, Integer> taken, String name) {
        Integer cap = caps.get(name);
        return cap == null || taken.getOrDefault(name, 0) < cap;
    }

    /** Work is about to run. */
    void taken(Work work) {
        count(caps.queues(), takenOfQueues, work.delivery.queue(), 1);
        count(caps.tasks(), takenOfTasks, work.handler.name(), 1);
    }

    /** Work that was taken runs no more. */
    void left(Work work) {
        count(caps.queues(), takenOfQueues, work.delivery.queue(), -1);
        count(caps.tasks(), takenOfTasks, work.handler.name(), -1);
    }

    private static void count(Map<String, Integer> caps, Map<String, Integer> taken, String name, int by) {
        if (caps.containsKey(name)) {
            taken.merge(name, by, Integer::sum);
        }
    }
}
