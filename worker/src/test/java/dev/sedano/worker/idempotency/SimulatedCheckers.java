package dev.sedano.worker.idempotency;

import dev.sedano.worker.time.Ticker;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;

/** Checkers without a thread of their own and without chance of their own, for the simulation. */
public final class SimulatedCheckers {
    private SimulatedCheckers() {}

    /** A checker whose jitter comes from {@code random}. */
    public static IdempotencyChecker checker(
            IdempotencyStore store,
            ScheduledExecutorService timer,
            Ticker ticker,
            CheckerEvents events,
            CircuitBreaker.Listener listener,
            BlockLog blockLog,
            RandomGenerator random) {
        return new IdempotencyChecker(
                store, timer, ticker, events, listener, blockLog, ceiling -> random.nextLong(ceiling + 1));
    }

    /** Starts the tick, and the renewer by way of {@code later}, which runs a step after a pause. */
    public static void start(IdempotencyChecker checker, BiConsumer<Duration, Runnable> later) {
        renew(checker.renewer(), later);
        checker.breaker().start();
    }

    private static void renew(LeaseRenewer renewer, BiConsumer<Duration, Runnable> later) {
        later.accept(Duration.ofNanos(renewer.renewDue()), () -> renew(renewer, later));
    }

    /** Leases that are being renewed. */
    public static int watched(IdempotencyChecker checker) {
        return checker.renewer().watched();
    }
}
