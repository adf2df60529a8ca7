package dev.sedano.worker.runtime;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Whether the worker shall end: after what runs, or now. Thread-safe. */
final class StopRequest {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final AtomicInteger times = new AtomicInteger();

    /** End after what runs, however often: the command to shut down is sent to many, and again when nothing is seen. */
    void askGently() {
        asked.countDown();
    }

    /** The first time: end after what runs. From the second time on: end now. */
    void ask() {
        times.incrementAndGet();
        asked.countDown();
    }

    void await() throws InterruptedException {
        asked.await();
    }

    boolean isMade() {
        return asked.getCount() == 0;
    }

    boolean isForNow() {
        return times.get() > 1;
    }
}
