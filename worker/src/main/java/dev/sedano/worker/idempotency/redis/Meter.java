package dev.sedano.worker.idempotency.redis;

import java.util.concurrent.atomic.AtomicLong;

/** Counts what goes through one connection after another. Thread-safe. */
final class Meter {
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong read = new AtomicLong();

    void wrote(int bytes) {
        written.addAndGet(bytes);
    }

    /** @param bytes negative at the end of the stream */
    void read(int bytes) {
        read.addAndGet(Math.max(0, bytes));
    }

    Throughput total() {
        return new Throughput(written.get(), read.get());
    }
}
