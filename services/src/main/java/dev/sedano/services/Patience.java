package dev.sedano.services;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for servers to come to terms with each other. */
final class Patience {
    private static final long POLL_MILLIS = 50;

    private Patience() {}

    /** Waits until {@code holds}; an answer that cannot be had counts as no. Throws ServiceException when it is late. */
    static void await(String what, Duration limit, BooleanSupplier holds) {
        CountDownLatch never = new CountDownLatch(1);
        long deadline = System.nanoTime() + limit.toNanos();
        while (!holdsNow(holds)) {
            if (System.nanoTime() - deadline > 0) {
                throw new ServiceException(what + " did not come within " + limit.toSeconds() + " s");
            }
            try {
                var unused = never.await(POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ServiceException("interrupted while waiting for " + what, e);
            }
        }
    }

    private static boolean holdsNow(BooleanSupplier holds) {
        try {
            return holds.getAsBoolean();
        } catch (ServiceException notYet) {
            return false;
        }
    }
}
