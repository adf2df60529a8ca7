package dev.sedano.worker.testing;

import dev.sedano.worker.delivery.HandlerSlots;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** Threads for handlers; they do not keep a test's process alive. */
final class TrialSlots implements HandlerSlots {
    private final ExecutorService threads;

    TrialSlots(int count) {
        threads = Executors.newFixedThreadPool(count, body -> TaskTrial.daemon(body, "handler"));
    }

    @Override
    public void execute(Consumer<Slot> body) {
        threads.execute(() -> body.accept(() -> {}));
    }

    @Override
    public void interrupt() {
        threads.shutdownNow();
    }

    @Override
    public void close(Duration most) {
        threads.shutdownNow();
    }
}
