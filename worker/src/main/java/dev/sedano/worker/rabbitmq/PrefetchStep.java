package dev.sedano.worker.rabbitmq;

/**
 * What brings the consumers of a queue nearer to the prefetch that is wanted. The prefetch of a consumer is fixed: it grows
 * by one more, and shrinks by one fewer or by another in place of all. What a cancelled consumer took stays with its
 * channel until it is settled, and counts as taken ahead like the rest.
 */
sealed interface PrefetchStep {
    record Keep() implements PrefetchStep {}

    /** One more consumer. */
    record Add(int prefetch) implements PrefetchStep {}

    /** The consumer that was added last goes. */
    record CancelLast() implements PrefetchStep {}

    /** All go, and one comes instead. */
    record Replace(int prefetch) implements PrefetchStep {}

    /**
     * The consumers of a queue.
     *
     * @param prefetch of all together
     * @param last of the one that was added last
     * @param unsettled deliveries of the queue
     * @param left those of them whose consumers are cancelled
     */
    record Consumers(int prefetch, int last, int unsettled, int left) {
        /** Whether as much is taken ahead as is wanted, or may be at any time. */
        boolean reach(int target) {
            return prefetch > 0 && prefetch + left >= target;
        }
    }

    /**
     * What is wanted.
     *
     * @param least however long handlers take
     * @param held deliveries that only wait, for what another worker does: they leave room for none that could run
     * @param target of all: what the handlers' pace asks for, at least the least, and what is held
     * @param carefully whether it begins with 1 and grows only as deliveries arrive
     * @param busy whether deliveries arrived since the last look
     * @param fewer whether there were more slots at the last look
     */
    record Wanted(int least, int held, int target, boolean carefully, boolean busy, boolean fewer) {}

    /** The next step; the one after it is for the next look. */
    static PrefetchStep next(Consumers now, Wanted wanted) {
        int target = wanted.target();
        if (now.prefetch() == 0) {
            int first = Math.min(wanted.least(), target - now.left());
            return new Add(wanted.carefully() ? 1 : Math.max(1, first));
        }
        if (!now.reach(target)) {
            return more(now, wanted);
        }
        if (wanted.fewer() && now.prefetch() > target) {
            return new Replace(Math.max(1, target - now.unsettled()));
        }
        if (now.prefetch() <= 2L * target) {
            return new Keep(); // not to and fro
        }
        // The last one may be larger than all others: what remains is still to be enough.
        return now.prefetch() - now.last() >= target
                ? new CancelLast()
                : new Replace(Math.max(1, target - now.unsettled()));
    }

    /** Up to the least at once, for all that came may be running; beyond it at most twice as much while deliveries come. */
    private static PrefetchStep more(Consumers now, Wanted wanted) {
        int room = wanted.target() - now.prefetch() - now.left();
        int lacking = wanted.least() + wanted.held() - now.prefetch();
        if (lacking <= 0 || wanted.carefully()) {
            boolean stuck = now.prefetch() <= wanted.held(); // nothing can come that would be a reason
            return wanted.busy() || stuck ? new Add(Math.min(now.prefetch(), room)) : new Keep();
        }
        // What cancelled consumers took ends piece by piece: not a consumer for each.
        return room >= lacking || room >= wanted.least() / 8 ? new Add(Math.min(lacking, room)) : new Keep();
    }
}
