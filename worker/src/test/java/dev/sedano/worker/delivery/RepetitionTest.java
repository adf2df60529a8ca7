package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RepetitionTest {
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final AtomicInteger tries = new AtomicInteger();

    @AfterEach
    void end() {
        timer.shutdownNow();
    }

    @Test
    void stepThatThrows_isRepeatedAsOneThatFails() throws Exception {
        CompletableFuture<Boolean> done = new Repetition(timer)
                .untilDone(
                        () -> {
                            if (tries.incrementAndGet() < 3) {
                                throw new IllegalStateException("told to throw");
                            }
                            return CompletableFuture.completedFuture("done");
                        },
                        () -> true);

        assertThat(done.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(tries).hasValue(3);
    }

    @Test
    void stepThatThrows_andNobodyNeedsAnyMore_isLeft() throws Exception {
        CompletableFuture<Boolean> done = new Repetition(timer)
                .untilDone(
                        () -> {
                            throw new IllegalStateException("told to throw");
                        },
                        () -> false);

        assertThat(done.get(10, TimeUnit.SECONDS)).isFalse();
    }
}
