package dev.sedano.worker.delivery;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ids that are unique per delivery: 96 random bits per worker start and a counter. Cheaper than a random number per
 * delivery, as unique, and it need not be secret. Thread-safe.
 */
final class Nonces {
    private final String boot;
    private final AtomicLong counter = new AtomicLong();

    Nonces() {
        byte[] random = new byte[12];
        new SecureRandom().nextBytes(random);
        boot = HexFormat.of().formatHex(random);
    }

    String next() {
        return boot + Long.toHexString(counter.incrementAndGet());
    }
}
