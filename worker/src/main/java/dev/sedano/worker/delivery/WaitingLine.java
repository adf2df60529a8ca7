package dev.sedano.worker.delivery;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Work that waits for a slot: the highest priority first, in order of arrival among equals, and none beyond the
 * {@link Caps}. Who has waited for very long goes before all others, since the broker takes a channel away on which a
 * delivery is unsettled for too long. Guarded by its owner.
 */
final class WaitingLine {
    private final Caps caps;
    private final LongSupplier nanos;
    private final long longest;
    private final NavigableMap<Integer, Deque<Work>> lanes = new TreeMap<>(Comparator.reverseOrder());
    private final Map<String, Integer> takenOfQueues = new HashMap<>();
    private final Map<String, Integer> takenOfTasks = new HashMap<>();

    /**
     * @param nanos the ticker by which arrivals are noted
     * @param longest after so many nanoseconds nobody is overtaken any more
     */
    WaitingLine(Caps caps, LongSupplier nanos, long longest) {
        this.caps = caps;
        this.nanos = nanos;
        this.longest = longest;
    }

    void add(Work work) {
        lanes.computeIfAbsent(priority(work), first -> new ArrayDeque<>()).addLast(work);
    }

    private static int priority(Work work) {
        return Objects.requireNonNullElse(work.delivery.properties().priority(), 0);
    }

    /** Takes out who is next of those that {@code may}; it counts towards the caps until it {@link #left}. */
    @Nullable
    Work next(Predicate<Work> may) {
        Work first = overdue(may);
        for (Iterator<Deque<Work>> each = lanes.values().iterator(); first == null && each.hasNext(); ) {
            first = first(each.next(), may, Long.MIN_VALUE);
        }
        if (first != null) {
            Deque<Work> lane = Objects.requireNonNull(lanes.get(priority(first)));
            lane.removeFirstOccurrence(first);
            if (lane.isEmpty()) {
                lanes.remove(priority(first));
            }
        }
        return first;
    }

    private @Nullable Work overdue(Predicate<Work> may) {
        if (lanes.size() < 2) {
            return null;
        }
        for (Deque<Work> lane : lanes.descendingMap().values()) {
            Work first = first(lane, may, longest);
            if (first != null) {
                return first;
            }
        }
        return null;
    }

    private @Nullable Work first(Deque<Work> lane, Predicate<Work> may, long waited) {
        for (Work work : lane) {
            if (waited != Long.MIN_VALUE && nanos.getAsLong() - work.arrivedAt < waited) {
                return null; // those behind it came later
            }
            if (may.test(work) && fits(work)) {
                return work;
            }
        }
        return null;
    }

    /** Whether somebody waits whose message has a priority. */
    boolean isRanked() {
        return !lanes.isEmpty() && (lanes.size() > 1 || lanes.firstKey() != 0);
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
