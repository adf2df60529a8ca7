package dev.sedano.examples.stage;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits of a story. Stateless. */
public final class Wait {
    private static final Duration POLL = Duration.ofMillis(25);

    private Wait() {}

    /** Waits until {@code condition} holds, at most {@code limit}, and returns whether it does. */
    public static boolean until(Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            pass(POLL);
        }
        return true;
    }

    /** Lets time pass, because the story is about time. */
    public static void pass(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the story was interrupted", e);
        }
    }
}
