package dev.sedano.worker.delivery;

import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Ids that are unique per delivery: 96 random bits per worker start and a counter. Cheaper than a random number per
 * delivery, as unique, and it need not be secret. Thread-safe.
 */
final class Nonces {
    private final String boot;
    private final AtomicLong counter = new AtomicLong();

    Nonces(RandomGenerator random) {
        byte[] start = new byte[12];
        random.nextBytes(start);
        boot = HexFormat.of().formatHex(start);
    }

    String next() {
        return boot + Long.toHexString(counter.incrementAndGet());
    }
}
