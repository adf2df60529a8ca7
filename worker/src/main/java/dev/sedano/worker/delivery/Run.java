package dev.sedano.worker.delivery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One call of a handler, and the thread that is in it. Thread-safe. */
final class Run {
    private final Instant startedAt;
    private final Thread thread;
    private boolean ended;
    private volatile long nanos;
    private @Nullable Integer signal;
    private @Nullable Double limit;
    private boolean leftBehind;

    /** A call that the calling thread is about to make. */
    Run(Instant startedAt) {
        this.startedAt = startedAt;
        this.thread = Thread.currentThread();
    }

    Instant startedAt() {
        return startedAt;
    }

    /** @return false if the handler has ended */
    synchronized boolean terminate(int number) {
        if (ended) {
            return false;
        }
        signal = number;
        thread.interrupt();
        return true;
    }

    /** It has run for longer than it may: {@code seconds}. */
    synchronized void timeOut(double seconds) {
        if (!ended) {
            limit = seconds;
            thread.interrupt();
        }
    }

    /**
     * It has run for longer than the hard limit of {@code seconds}: it is interrupted once more, and whoever called this
     * goes on without it.
     *
     * @return false if the handler has ended
     */
    synchronized boolean leaveBehind(double seconds) {
        if (ended) {
            return false;
        }
        limit = seconds;
        leftBehind = true;
        thread.interrupt();
        return true;
    }

    /** Whether somebody else says how it ended. */
    synchronized boolean isLeftBehind() {
        return leftBehind;
    }

    /**
     * The handler has ended: the thread's next handler must not feel an interrupt that was meant for this one.
     *
     * @param took how long it ran, in nanoseconds
     */
    synchronized void end(long took) {
        ended = true;
        nanos = took;
        if (signal != null || limit != null) {
            var unused = Thread.interrupted();
        }
    }

    /** How long it ran; 0 until it ended. */
    long nanos() {
        return nanos;
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    /** The limit that it exceeded, in seconds; null if it did not. */
    synchronized @Nullable Double limit() {
        return limit;
    }

    synchronized @Nullable Integer signal() {
        return signal;
    }
}
