package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.worker.idempotency.StoreException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Deliveries while the store is down. */
class StoreDownPipelineTest {
    private static StoreException down() {
        return new StoreException(StoreException.Kind.CONNECT, StoreException.Effect.NONE, "told to be down", null);
    }

    @Test
    void storeDownAtClaim_neverRuns_isReturnedOnceAfterTheDelay_andCountedAsBlocked() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.store.failWith(down());
            test.pipeline.accept(test.delivery("a"));
            test.pipeline.accept(test.delivery("b"));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsOnly("requeue store_unavailable");
            assertThat(test.runs).isEmpty();
            assertThat(test.counts.blocked).hasValue(2);

            test.store.advance(Duration.ofSeconds(5));
            test.store.failWith(null);
            await().until(() -> test.checker.breaker().allowsClaims());
            test.pipeline.accept(test.delivery("a"));
            test.pipeline.accept(test.delivery("b"));
            await().until(() -> test.counts.falsePositives.get() == 2);
            assertThat(test.runs).containsExactlyInAnyOrder("a", "b");
            assertThat(test.counts.truePositives).hasValue(0);
        }
    }

    @Test
    void storeDownForAMoment_runsTheWorkWithoutReturningIt() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.store.failWith(down());
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.counts.blocked.get() == 1);
            test.store.failWith(null);

            await().until(() -> test.channel.settled.stream()
                    .anyMatch(one -> one.settlement().reason() == SettlementReason.SUCCEEDED
                            || one.settlement().reason() == SettlementReason.STORE_UNAVAILABLE));
            // Either the probe came first and the work ran here, or the delay was over first and it was returned.
            assertThat(test.runs.size() + (test.channel.reasons().contains("requeue store_unavailable") ? 1 : 0))
                    .isEqualTo(1);
        }
    }

    @Test
    void storeDownAtCompletion_isNeitherReturnedNorRunAgain_butRecordedWhenItIsBack() throws InterruptedException {
        CountDownLatch finish = new CountDownLatch(1);
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            finish.await();
            return 1;
        })) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.runs.size() == 1);
            test.store.failWith(down());
            finish.countDown();
            await().until(() -> test.checker.unrecorded() == 1);
            await().until(() -> !test.checker.breaker().allowsClaims());
            assertThat(test.channel.settled).isEmpty();

            test.store.failWith(null);

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded");
            assertThat(test.runs).containsExactly("a");
        }
    }
}
