package dev.sedano.worker.delivery;

import dev.sedano.worker.time.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The system's ticker, set forward. */
final class ShiftedTicker implements Ticker {
    private final AtomicLong shift = new AtomicLong();

    void forward(Duration by) {
        shift.addAndGet(by.toNanos());
    }

    @Override
    public long nanos() {
        return Ticker.system().nanos() + shift.get();
    }
}
