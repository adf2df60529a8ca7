package dev.sedano.worker.delivery;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Work by priority, in order of arrival among equals. Who has waited for very long goes before all others, since the broker
 * takes a channel away on which a delivery is unsettled for too long. Guarded by its owner.
 */
final class PriorityLanes {
    private final LongSupplier nanos;
    private final long longest;
    private final NavigableMap<Integer, Deque<Work>> lanes = new TreeMap<>(Comparator.reverseOrder());

    /**
     * @param nanos the ticker by which arrivals are noted
     * @param longest after so many nanoseconds nobody is overtaken any more
     */
    PriorityLanes(LongSupplier nanos, long longest) {
        this.nanos = nanos;
        this.longest = longest;
    }

    void add(Work work) {
        lanes.computeIfAbsent(priority(work), first -> new ArrayDeque<>()).addLast(work);
    }

    private static int priority(Work work) {
        return Objects.requireNonNullElse(work.delivery.properties().priority(), 0);
    }

    /** Takes out who is next of those that {@code may}. */
    @Nullable
    Work next(Predicate<Work> may) {
        Work first = overdue(may);
        for (Iterator<Deque<Work>> each = lanes.values().iterator(); first == null && each.hasNext(); ) {
            first = first(each.next(), may, Long.MIN_VALUE);
        }
        if (first != null) {
            remove(first);
        }
        return first;
    }

    /** @return false if it is not here */
    boolean remove(Work work) {
        Deque<Work> lane = lanes.get(priority(work));
        boolean removed = lane != null && lane.removeFirstOccurrence(work);
        if (lane != null && lane.isEmpty()) {
            lanes.remove(priority(work));
        }
        return removed;
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
            if (may.test(work)) {
                return work;
            }
        }
        return null;
    }

    /** Whether somebody is here whose message has a priority. */
    boolean isRanked() {
        return !lanes.isEmpty() && (lanes.size() > 1 || lanes.firstKey() != 0);
    }
}
