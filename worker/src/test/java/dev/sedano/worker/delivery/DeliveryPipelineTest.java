package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.Retry;
import dev.sedano.worker.idempotency.TaskKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of a delivery, path by path. */
class DeliveryPipelineTest {
    @Test
    void firstDelivery_runsAndIsAcked_withItsResultStored() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> "done")) {
            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded");
            assertThat(text(test.store.result("celery-task-meta-a"))).contains("\"status\": \"SUCCESS\"", "done");
            assertThat(test.pipeline.inFlight().size()).isZero();
        }
    }

    @Test
    void secondDelivery_isAckedAsDuplicate_andNeverRuns() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded", "ack duplicate");
            assertThat(test.runs).containsExactly("a");
            assertThat(test.counts.duplicates).containsExactly("same_id");
        }
    }

    @Test
    void copyDuringTheRun_isHeldWithoutASlot_thenAckedAsSoonAsTheRunEnds() throws InterruptedException {
        CountDownLatch finish = new CountDownLatch(1);
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            finish.await();
            return 1;
        })) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.runs.size() == 1);
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.pipeline.inFlight().held() == 1);
            assertThat(test.channel.settled).isEmpty();

            finish.countDown();

            await().atMost(Duration.ofSeconds(2)).until(() -> test.channel.settled.size() == 2);
            assertThat(test.runs).containsExactly("a");
        }
    }

    @Test
    void failingHandler_isAcked_andItsFailureIsTheOutcome() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            throw new StackOverflowError();
        })) {
            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack failed");
            assertThat(text(test.store.result("celery-task-meta-a"))).contains("\"status\": \"FAILURE\"");
        }
    }

    @Test
    void nextAttemptThatArrivesBeforeThisOneEnded_waitsUntilItIsDue() throws InterruptedException {
        CountDownLatch finish = new CountDownLatch(1);
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            finish.await();
            throw context.retry(Retry.in(Duration.ofSeconds(50)));
        })) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.runs.size() == 1);
            String due = Instant.now().plusSeconds(50).toString();
            test.pipeline.accept(test.delivery("a", "x", Map.of("retries", 1, "eta", due)));
            finish.countDown();

            await().until(() -> test.channel.reasons().equals(List.of("ack retried")));
            await().during(Duration.ofMillis(200)).until(() -> test.runs.equals(List.of("a")));
            assertThat(test.pipeline.inFlight().size()).isOne();
        }
    }

    @Test
    void channelLostWhileRunning_completes_andTheNextCopyIsADuplicate() throws InterruptedException {
        CountDownLatch finish = new CountDownLatch(1);
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            finish.await();
            return 1;
        })) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.runs.size() == 1);
            test.pipeline.inFlight().channelGone(test.channel);
            test.pipeline.accept(test.delivery("a"));
            finish.countDown();

            await().until(() -> test.channel.reasons().contains("ack duplicate"));
            assertThat(test.runs).containsExactly("a");
        }
    }

    @Test
    void sameKeyWithOtherPayload_isDeadLetteredAsConflict_andNeverRuns() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.pipeline.accept(test.delivery("a", "x", Map.of("idempotency_key", "order-1")));
            await().until(() -> test.channel.settled.size() == 1);
            test.pipeline.accept(test.delivery("b", "y", Map.of("idempotency_key", "order-1")));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded", "dead_letter conflict");
            assertThat(test.runs).containsExactly("a");
            assertThat(text(test.store.result("celery-task-meta-b"))).contains("IdempotencyConflict");
        }
    }

    @Test
    void foreignRecord_deadLettersItsDelivery_andNoOther() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.store.occupy(TaskKey.ofTaskId("a"));
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            test.pipeline.accept(test.delivery("b"));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("dead_letter foreign_key", "ack succeeded");
            assertThat(test.runs).containsExactly("b");
            assertThat(test.counts.blocked).hasValue(0);
            assertThat(text(test.store.result("celery-task-meta-a"))).contains("IdempotencyKeyOccupied");
        }
    }

    @Test
    void sameKeyUnderAnotherId_getsTheStoredResultUnderItsOwnId() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> PipelineFixture.idOf(context))) {
            test.pipeline.accept(test.delivery("a", "x", Map.of("idempotency_key", "order-1")));
            await().until(() -> test.channel.settled.size() == 1);
            test.pipeline.accept(test.delivery("b", "x", Map.of("idempotency_key", "order-1")));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded", "ack duplicate");
            assertThat(text(test.store.result("celery-task-meta-b")))
                    .contains("\"result\": \"a\"", "\"task_id\": \"b\"");
            assertThat(test.counts.duplicates).containsExactly("other_id");
        }
    }

    @Test
    void resultThatCannotBeEncoded_isAFailure_andNoStuckDelivery() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> Instant.MAX)) {
            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(text(test.store.result("celery-task-meta-a"))).contains("\"status\": \"FAILURE\"");
            assertThat(test.pipeline.inFlight().size()).isZero();
        }
    }

    @Test
    void expired_isRevokedWithoutRunning() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.pipeline.accept(test.delivery("a", "x", Map.of("expires", "2001-01-01T00:00:00+00:00")));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack expired");
            assertThat(test.runs).isEmpty();
        }
    }

    @Test
    void dueSoon_isHeld_dueLate_waitsInTheBroker() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.pipeline.accept(test.delivery(
                    "soon", "x", Map.of("eta", Instant.now().plusSeconds(1).toString())));
            test.pipeline.accept(test.delivery(
                    "late", "x", Map.of("eta", Instant.now().plusSeconds(3600).toString())));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("wait not_due");
            assertThat(test.runs).isEmpty();
            await().until(() -> test.channel.reasons().contains("ack succeeded"));
        }
    }

    @Test
    void drain_returnsWhatHasNotStarted_andLetsTheRestFinish() throws InterruptedException {
        CountDownLatch finish = new CountDownLatch(1);
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            finish.await();
            return 1;
        })) {
            for (String id : new String[] {"a", "b", "c", "d"}) {
                test.pipeline.accept(test.delivery(id));
            }
            await().until(() -> test.runs.size() == 2);

            test.pipeline.inFlight().drain();

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsOnly("requeue shutdown");
            finish.countDown();
            assertThat(test.pipeline.inFlight().awaitEmpty(Duration.ofSeconds(5)))
                    .isTrue();
            assertThat(test.runs).hasSize(2);
        }
    }

    private static String text(byte @Nullable [] record) {
        return record == null ? "" : new String(record, StandardCharsets.UTF_8);
    }
}
