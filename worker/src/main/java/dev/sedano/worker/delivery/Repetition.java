package dev.sedano.worker.delivery;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Repeats steps that may be repeated, every half second, until they succeed or nobody needs them. Thread-safe. */
final class Repetition {
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final ScheduledExecutorService timer;

    Repetition(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    /** Completes with true when {@code step} succeeded, with false when it failed and is not needed any more. */
    CompletableFuture<Boolean> untilDone(Supplier<CompletableFuture<?>> step, BooleanSupplier needed) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        attempt(step, needed, done);
        return done;
    }

    /** Completes with true when {@code pause} is over. */
    CompletableFuture<Boolean> after(Duration pause) {
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        var unused = timer.schedule(() -> over.complete(true), pause.toMillis(), TimeUnit.MILLISECONDS);
        return over;
    }

    private void attempt(Supplier<CompletableFuture<?>> step, BooleanSupplier needed, CompletableFuture<Boolean> done) {
        step.get().whenComplete((value, failure) -> {
            if (failure == null) {
                done.complete(true);
            } else if (!needed.getAsBoolean()) {
                done.complete(false);
            } else {
                var unused = timer.schedule(
                        () -> {
                            if (needed.getAsBoolean()) {
                                attempt(step, needed, done);
                            } else {
                                done.complete(false);
                            }
                        },
                        PAUSE.toMillis(),
                        TimeUnit.MILLISECONDS);
            }
        });
    }
}
