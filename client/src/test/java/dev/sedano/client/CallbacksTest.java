package dev.sedano.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.client.SendException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callbacks that begin others and wait: no outside call is among them. */
@Timeout(60)
class CallbacksTest {
    private static final int MOST = 2;
    private static final int DEEPEST = 100;

    private final CompletableFuture<Void> never = new CompletableFuture<>();
    /** What each callback that waited for it got, null = its end. */
    private final Queue<Class<?>> waits = new ConcurrentLinkedQueue<>();

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("sedano-client-callbacks"))
                .count();
    }

    /** A callback that begins the next and waits; the last one does {@code deepest}. */
    private void nest(Callbacks callbacks, int depth, Runnable deepest) {
        CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
        CompletableFuture<Void> unused = callbacks.reserve("call").follow(ended).thenAccept(result -> {
            if (depth < DEEPEST) {
                nest(callbacks, depth + 1, deepest);
            } else {
                deepest.run();
            }
            try {
                never.join();
                waits.add(Void.class);
            } catch (RejectedExecutionException e) {
                waits.add(RejectedExecutionException.class);
            }
        });
        ended.complete(null); // not before it is followed: that would be on this thread
    }

    @Test
    void threadsEnd_whereWaitingIsRefused_andNothingHangs() {
        int most = Callbacks.threads(MOST);
        try (Callbacks callbacks = new Callbacks(MOST, Duration.ofMillis(400))) {
            nest(callbacks, 1, () -> {});
            await().until(() -> waits.size() == DEEPEST - most + 1);

            assertThat(waits).containsOnly(RejectedExecutionException.class);
            assertThat(threads()).isLessThanOrEqualTo(most);
            assertThatExceptionOfType(SendException.class)
                    .isThrownBy(() -> callbacks.reserve("my-id"))
                    .withMessageContaining("have not ended")
                    .satisfies(refused -> assertThat(refused.taskId()).isEqualTo("my-id"));

            never.complete(null);
            await().until(() -> waits.size() == DEEPEST);
            assertThat(callbacks.reserve("call").follow(CompletableFuture.completedFuture(5)))
                    .succeedsWithin(Duration.ofSeconds(20))
                    .isEqualTo(5);
        }
    }

    @Test
    void whereThreadsEnd_aCallbackStillWaitsForWhatEndsElsewhere() {
        CompletableFuture<String> elsewhere = new CompletableFuture<>();
        CompletableFuture<Thread> waiting = new CompletableFuture<>();
        CompletableFuture<Object> got = new CompletableFuture<>();
        try (Callbacks callbacks = new Callbacks(MOST, Duration.ofMillis(400))) {
            nest(callbacks, 1, () -> {
                waiting.complete(Thread.currentThread());
                try {
                    got.complete(Callbacks.await(elsewhere));
                } catch (InterruptedException | ExecutionException | RuntimeException e) {
                    got.complete(e);
                }
            });
            assertThat(waiting).succeedsWithin(Duration.ofSeconds(20));
            await().until(() -> waiting.join().getState() == Thread.State.WAITING);
            elsewhere.complete("its outcome");

            assertThat(got).succeedsWithin(Duration.ofSeconds(20)).isEqualTo("its outcome");
            never.complete(null);
        }
    }
}
