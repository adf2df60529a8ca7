package dev.sedano.worker.time;

/** Elapsed time in nanoseconds from an arbitrary origin; never goes back. Safe for use by many threads. */
@FunctionalInterface
public interface Ticker {
    /** Nanoseconds now; only differences mean anything. */
    long nanos();

    /** The JVM's own. */
    static Ticker system() {
        return System::nanoTime;
    }
}
