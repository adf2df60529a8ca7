package dev.sedano.worker.delivery;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Work that is claimed and waits for its slot: who goes next is decided when there is one, so that a claim ahead is not
 * run before a higher priority that came meanwhile. Safe for use by many threads.
 */
final class ReadyLine {
    private final PriorityLanes lanes;

    /** See {@link PriorityLanes}. */
    ReadyLine(LongSupplier nanos, long longest) {
        this.lanes = new PriorityLanes(nanos, longest);
    }

    synchronized void add(Work work) {
        lanes.add(work);
    }

    /** Takes out who is next; null = nobody is here. */
    synchronized @Nullable Work next() {
        return lanes.next(any -> true);
    }

    /** Takes out {@code work}, for which there will be no slot, or another if it has gone already; null = nobody is here. */
    synchronized @Nullable Work withdraw(Work work) {
        return lanes.remove(work) ? work : lanes.next(any -> true);
    }
}
