package dev.sedano.worker.idempotency.redis;

/** Elapsed time here, and from it an estimate of the store's time. Safe for use by many threads. */
final class StoreClock {
    private record Seen(long storeMillis, long nanos) {}

    private volatile Seen seen = new Seen(0, 0);

    /** Nanoseconds of this machine's monotonic clock. */
    static long nanos() {
        return System.nanoTime();
    }

    /** Whole milliseconds until {@code deadline}, at least 1 because sockets take 0 for ever. */
    static int millisUntil(long deadline) {
        return (int) Math.max(1, (deadline - nanos()) / 1_000_000);
    }

    void storeSaid(long storeMillis) {
        seen = new Seen(storeMillis, nanos());
    }

    /** The store's time in milliseconds; 0 before the first reply. */
    long estimatedNow() {
        Seen last = seen;
        return last.storeMillis == 0 ? 0 : last.storeMillis + (nanos() - last.nanos) / 1_000_000;
    }
}
