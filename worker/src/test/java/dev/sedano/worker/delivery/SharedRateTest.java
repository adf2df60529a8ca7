package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.StoreDownPolicy;
import dev.sedano.task.TaskOptions;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.idempotency.IdempotencyStore.Claim;
import dev.sedano.worker.idempotency.InMemoryIdempotencyStore;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.TaskKey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A rate limit that all workers share; the store's clock moves only where a test moves it. */
class SharedRateTest {
    private static final String TASK = "test.run";
    private final StoreException down =
            new StoreException(StoreException.Kind.CONNECT, StoreException.Effect.NONE, "down", null);

    private final InMemoryIdempotencyStore store = new InMemoryIdempotencyStore();

    private PipelineFixture worker(double perSecond) {
        PipelineFixture worker = new PipelineFixture(PipelineFixture::idOf0, TaskOptions.DEFAULT, store);
        worker.pipeline.inFlight().shareRate(TASK);
        worker.pipeline.inFlight().limitRate(TASK, perSecond);
        return worker;
    }

    private static void awaitSettled(PipelineFixture test, int count) {
        await().until(() -> test.channel.settled.size() == count);
    }

    private boolean isUnclaimed(String id) {
        ClaimReply reply = store.claim(new Claim(
                        TaskKey.ofTaskId(id),
                        "nonce of the test",
                        0,
                        "f",
                        id,
                        Duration.ofSeconds(30),
                        Duration.ofDays(1),
                        false,
                        "test",
                        AfterLeaseLoss.RERUN,
                        3))
                .join();
        return reply instanceof ClaimReply.Granted;
    }

    @Test
    void twoWorkers_haveOneTurnTogether_andWhoWaitsHasNoClaim() {
        try (PipelineFixture one = worker(0.01);
                PipelineFixture other = worker(0.01)) {
            one.pipeline.accept(one.delivery("a"));
            awaitSettled(one, 1);
            other.pipeline.accept(other.delivery("b"));
            one.pipeline.accept(one.delivery("c"));

            assertThat(one.runs).containsExactly("a");
            assertThat(other.runs).isEmpty();
            assertThat(other.pipeline.inFlight().tasks())
                    .singleElement()
                    .extracting(TaskView::state)
                    .isEqualTo(TaskView.State.RESERVED);
            assertThat(isUnclaimed("b")).isTrue();
            assertThat(isUnclaimed("c")).isTrue();

            one.pipeline.inFlight().drain();
            other.pipeline.inFlight().drain();
            awaitSettled(one, 2);
            awaitSettled(other, 1);
            assertThat(one.channel.reasons()).containsExactly("ack succeeded", "requeue shutdown");
            assertThat(other.channel.reasons()).containsExactly("requeue shutdown");
        }
    }

    @Test
    void turnsComeWithTheStoresTime_inOrderOfArrival() {
        try (PipelineFixture test = worker(20)) {
            for (int i = 0; i < 40; i++) {
                test.pipeline.accept(test.delivery("id" + i));
            }
            await().until(() -> {
                store.advance(Duration.ofMillis(100));
                return test.channel.settled.size() == 40;
            });

            assertThat(test.runs)
                    .startsWith("id0")
                    .containsSubsequence("id9", "id19", "id29", "id39")
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void whileTheStoreCannotBeAsked_nothingRuns_andItIsBlockedAndReturned() {
        try (PipelineFixture test = worker(0.01)) {
            test.pipeline.accept(test.delivery("a"));
            awaitSettled(test, 1);
            store.failWith(down);
            test.pipeline.inFlight().limitRate(TASK, 1000);
            test.pipeline.accept(test.delivery("b"));

            awaitSettled(test, 2);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded", "requeue store_unavailable");
            assertThat(test.runs).containsExactly("a");
            assertThat(test.counts.blocked).hasValue(1);
        }
    }

    @Test
    void aTaskThatFailsOpen_keepsTheRateInEachWorker() {
        TaskOptions open =
                TaskOptions.builder().whenStoreDown(StoreDownPolicy.OPEN).build();
        try (PipelineFixture test = new PipelineFixture(PipelineFixture::idOf0, open, store)) {
            store.failWith(down);
            test.pipeline.inFlight().shareRate(TASK);
            test.pipeline.inFlight().limitRate(TASK, 5);
            long begin = System.nanoTime();
            for (String id : List.of("a", "b", "c")) {
                test.pipeline.accept(test.delivery(id));
            }
            await().until(() -> test.runs.size() == 3);

            assertThat(test.runs).containsExactly("a", "b", "c");
            assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(400_000_000);
        }
    }

    @Test
    void whoeverEndsTheLimit_freesWhatWaits() {
        try (PipelineFixture test = worker(0.01)) {
            for (String id : List.of("a", "b", "c")) {
                test.pipeline.accept(test.delivery(id));
            }
            awaitSettled(test, 1);
            test.pipeline.inFlight().limitRate(TASK, 0);

            awaitSettled(test, 3);
        }
    }

    @Test
    void whoGetsASlotTooLateForItsTurn_waitsForAnother() {
        CountDownLatch finish = new CountDownLatch(1);
        AtomicLong lastBegan = new AtomicLong();
        try (PipelineFixture test = new PipelineFixture(
                (context, call) -> {
                    lastBegan.set(System.nanoTime());
                    return finish.await(60, TimeUnit.SECONDS);
                },
                TaskOptions.DEFAULT,
                store)) {
            test.pipeline.inFlight().shareRate(TASK);
            test.pipeline.inFlight().limitRate(TASK, 5);
            for (String id : List.of("a", "b", "c")) {
                test.pipeline.accept(test.delivery(id));
            }
            // Two run, the third has its turn, and waits for a slot.
            await().until(() -> test.runs.size() == 2
                    && test.pipeline.inFlight().tasks().stream().allMatch(task -> ((Work) task).turnEnds != 0));
            test.ticker.forward(Duration.ofSeconds(2));
            long opened = System.nanoTime();
            finish.countDown();

            awaitSettled(test, 3);
            assertThat(lastBegan.get() - opened)
                    .as("the next turn, by the store's clock")
                    .isGreaterThan(500_000_000);
        }
    }

    @Test
    void aHigherRate_countsAtOnce() {
        try (PipelineFixture test = worker(0.0001)) {
            test.pipeline.accept(test.delivery("a"));
            awaitSettled(test, 1);
            test.pipeline.accept(test.delivery("b"));
            test.pipeline.inFlight().limitRate(TASK, 10);

            await().until(() -> {
                store.advance(Duration.ofMillis(300));
                return test.channel.settled.size() == 2;
            });
        }
    }
}
