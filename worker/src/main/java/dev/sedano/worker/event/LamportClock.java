package dev.sedano.worker.event;

import java.util.concurrent.atomic.AtomicLong;

/** The logical clock that orders events and control messages of all nodes (kombu/clocks.py). Thread-safe. */
public final class LamportClock {
    /** Beyond this JSON readers lose digits; a sender that claims more is wrong, or wants to do harm. */
    private static final long MOST = 1L << 53;

    private final AtomicLong value = new AtomicLong();

    /** The time now. */
    public long value() {
        return value.get();
    }

    /** The time of something that happens here. */
    public long forward() {
        return value.incrementAndGet();
    }

    /** Something of this time came from another node. Ignored if no number, negative or beyond 2^53. */
    public void adjust(Object other) {
        if (other instanceof Number number) {
            long theirs = number.longValue();
            if (theirs >= 0 && theirs < MOST) {
                value.updateAndGet(ours -> Math.max(ours, theirs) + 1);
            }
        }
    }
}
