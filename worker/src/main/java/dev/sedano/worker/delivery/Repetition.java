package dev.sedano.worker.delivery;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Repeats steps that may be repeated, every half second unless told otherwise, until they succeed or nobody needs them.
 * Thread-safe.
 */
final class Repetition {
    static final Duration PAUSE = Duration.ofMillis(500);

    private final ScheduledExecutorService timer;

    Repetition(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    /** Completes with true when {@code step} succeeded, with false when it failed and is not needed any more. */
    CompletableFuture<Boolean> untilDone(Supplier<CompletableFuture<?>> step, BooleanSupplier needed) {
        return untilDone(step, needed, () -> PAUSE);
    }

    /** @param pause asked for after each failed try: how long until the next */
    CompletableFuture<Boolean> untilDone(
            Supplier<CompletableFuture<?>> step, BooleanSupplier needed, Supplier<Duration> pause) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        attempt(step, needed, pause, done);
        return done;
    }

    /** Completes with true when {@code pause} is over. */
    CompletableFuture<Boolean> after(Duration pause) {
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        var unused = timer.schedule(() -> over.complete(true), pause.toMillis(), TimeUnit.MILLISECONDS);
        return over;
    }

    private void attempt(
            Supplier<CompletableFuture<?>> step,
            BooleanSupplier needed,
            Supplier<Duration> pause,
            CompletableFuture<Boolean> done) {
        start(step).whenComplete((value, failure) -> {
            if (failure == null) {
                done.complete(true);
            } else if (!needed.getAsBoolean()) {
                done.complete(false);
            } else {
                var unused = timer.schedule(
                        () -> {
                            if (needed.getAsBoolean()) {
                                attempt(step, needed, pause, done);
                            } else {
                                done.complete(false);
                            }
                        },
                        pause.get().toMillis(),
                        TimeUnit.MILLISECONDS);
            }
        });
    }

    /** What throws instead of failing has failed, too: nobody else would see it. */
    private static CompletableFuture<?> start(Supplier<CompletableFuture<?>> step) {
        try {
            return step.get();
        } catch (RuntimeException thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }
}
