package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.RevokeException;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskOptions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Revokes, terminations, limits and sizes, as remote control orders them. */
class StandingOrdersTest {
    private final CountDownLatch finish = new CountDownLatch(1);

    private Object gated(TaskContext context) throws InterruptedException {
        finish.await();
        return context.id();
    }

    private static TaskView running(PipelineFixture test, String id) {
        return test.pipeline.inFlight().tasks().stream()
                .filter(task -> task.message().id().equals(id) && task.state() == TaskView.State.ACTIVE)
                .findFirst()
                .orElseThrow();
    }

    private static void awaitSettled(PipelineFixture test, int count) {
        await().until(() -> test.channel.settled.size() == count);
    }

    @Test
    void revokedBeforeItRuns_isRecordedAsRevoked_andNoCopyEverRuns() {
        try (PipelineFixture test = new PipelineFixture(PipelineFixture::idOf0)) {
            test.orders.revoked.add("a");
            test.pipeline.accept(test.delivery("a"));
            awaitSettled(test, 1);
            test.orders.revoked.clear();
            test.pipeline.accept(test.delivery("a"));
            awaitSettled(test, 2);

            assertThat(test.channel.reasons()).containsExactly("ack revoked", "ack duplicate");
            assertThat(test.runs).isEmpty();
            assertThat(test.result("a")).contains("\"status\": \"REVOKED\"", "TaskRevokedError", "[\"revoked\"]");
            assertThat(test.orders.told).startsWith("received a", "REVOKED a");
        }
    }

    @Test
    void revoked_leavesItsExplicitKeyToALaterCall() {
        TaskOptions keyed = TaskOptions.builder().key("0").build();
        try (PipelineFixture test = new PipelineFixture(PipelineFixture::idOf0, keyed)) {
            test.orders.revoked.add("a");
            test.pipeline.accept(test.delivery("a", "order", Map.of("idempotency_key", "order")));
            awaitSettled(test, 1);
            test.pipeline.accept(test.delivery("b", "order", Map.of("idempotency_key", "order")));
            awaitSettled(test, 2);

            assertThat(test.channel.reasons()).containsExactly("ack revoked", "ack succeeded");
            assertThat(test.runs).containsExactly("b");
        }
    }

    @Test
    void revokedWhileItWaitsForItsTime_doesNotWaitOn() {
        try (PipelineFixture test = new PipelineFixture(PipelineFixture::idOf0)) {
            test.pipeline.accept(test.delivery(
                    "a", "x", Map.of("eta", Instant.now().plusSeconds(50).toString())));
            assertThat(test.pipeline.inFlight().tasks().get(0).state()).isEqualTo(TaskView.State.SCHEDULED);

            test.orders.revoked.add("a");
            test.pipeline.inFlight().release(test.orders::isRevoked);

            awaitSettled(test, 1);
            assertThat(test.channel.reasons()).containsExactly("ack revoked");
            assertThat(test.runs).isEmpty();
        }
    }

    @Test
    void whatMustNotRun_doesNotWaitForASlot() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> gated(context))) {
            test.pipeline.accept(test.delivery("busy1"));
            test.pipeline.accept(test.delivery("busy2"));
            await().until(() -> test.runs.size() == 2);
            test.orders.revoked.add("revoked");

            test.pipeline.accept(test.delivery("revoked"));
            test.pipeline.accept(test.delivery("expired", "x", Map.of("expires", "2001-01-01T00:00:00")));

            awaitSettled(test, 2);
            assertThat(test.channel.reasons()).containsExactlyInAnyOrder("ack revoked", "ack expired");
            assertThat(test.result("revoked")).contains("\"REVOKED\"");
            assertThat(test.result("expired")).contains("\"REVOKED\"");
            assertThat(test.runs).containsExactlyInAnyOrder("busy1", "busy2");
        }
    }

    @Test
    void revokedByAStamp_waitsForItsSlot_asInCelery() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> gated(context))) {
            test.pipeline.accept(test.delivery("busy1"));
            test.pipeline.accept(test.delivery("busy2"));
            await().until(() -> test.runs.size() == 2);
            test.orders.byStamp.add("stamped");
            test.orders.revoked.add("revoked");

            test.pipeline.accept(test.delivery("stamped"));
            test.pipeline.accept(test.delivery("revoked"));
            awaitSettled(test, 1);
            assertThat(test.result("revoked")).contains("\"REVOKED\"");
            assertThat(test.channel.reasons()).containsExactly("ack revoked");
            finish.countDown();

            awaitSettled(test, 4);
            assertThat(test.result("stamped")).contains("\"REVOKED\"");
            assertThat(test.runs).containsExactlyInAnyOrder("busy1", "busy2");
        }
    }

    @Test
    void terminated_isInterruptedAndRevoked_andTheNextOneFeelsNothing() {
        AtomicBoolean interrupted = new AtomicBoolean();
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            if (context.id().equals("a")) {
                return gated(context);
            }
            interrupted.compareAndSet(false, Thread.currentThread().isInterrupted());
            return 1;
        })) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.runs.size() == 1);

            TaskView task = running(test, "a");
            assertThat(task.terminate(9)).isTrue();

            awaitSettled(test, 1);
            assertThat(test.channel.reasons()).containsExactly("ack revoked");
            assertThat(test.result("a")).contains("\"status\": \"REVOKED\"", "[\"terminated\"]");
            assertThat(test.orders.told).contains("TERMINATED a");
            assertThat(task.signal()).isEqualTo(9);
            assertThat(task.terminate(9)).as("it has ended").isFalse();
            for (int i = 0; i < 10; i++) {
                test.pipeline.accept(test.delivery("b" + i));
            }
            awaitSettled(test, 11);
            assertThat(interrupted).isFalse();
        }
    }

    @Test
    void whoRevokesItself_isRevoked_andCopiesDoNotRun() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            throw new RevokeException("nobody needs it any more");
        })) {
            test.pipeline.accept(test.delivery("a"));
            awaitSettled(test, 1);
            test.pipeline.accept(test.delivery("a"));
            awaitSettled(test, 2);

            assertThat(test.channel.reasons()).containsExactly("ack revoked", "ack duplicate");
            assertThat(test.result("a")).contains("\"status\": \"REVOKED\"", "[\"terminated\"]");
            assertThat(test.runs).containsExactly("a");
            assertThat(test.orders.told).contains("TERMINATED a");
        }
    }

    @Test
    void whoDoesNotFeelTheInterrupt_keepsItsOutcome() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            while (finish.getCount() > 0) {
                LockSupport.parkNanos(1_000_000);
            }
            return "done all the same";
        })) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.runs.size() == 1);
            running(test, "a").terminate(15);
            finish.countDown();

            awaitSettled(test, 1);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded");
        }
    }

    @Test
    void beyondItsTimeLimit_aTaskFails() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> gated(context))) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.runs.size() == 1);
            running(test, "a").timeOut(1.5);

            awaitSettled(test, 1);
            assertThat(test.channel.reasons()).containsExactly("ack failed");
            assertThat(test.result("a")).contains("\"exc_type\": \"SoftTimeLimitExceeded\"");
        }
    }

    @Test
    void aRateLimit_spacesCallsInOrder_andItsEndFreesThem() {
        List<Long> times = new CopyOnWriteArrayList<>();
        try (PipelineFixture test = new PipelineFixture((context, call) -> times.add(System.nanoTime()))) {
            long begin = System.nanoTime();
            test.pipeline.inFlight().limitRate("test.run", 5);
            for (String id : List.of("a", "b", "c")) {
                test.pipeline.accept(test.delivery(id));
            }
            awaitSettled(test, 3);

            assertThat(test.runs).containsExactly("a", "b", "c");
            assertThat(times.get(2) - begin).isGreaterThanOrEqualTo(400_000_000);

            test.pipeline.inFlight().limitRate("test.run", 0.001);
            test.pipeline.accept(test.delivery("d"));
            awaitSettled(test, 4);
            test.pipeline.accept(test.delivery("e"));
            assertThat(test.pipeline.inFlight().tasks()).hasSize(1);
            assertThat(test.pipeline.inFlight().tasks().get(0).state()).isEqualTo(TaskView.State.RESERVED);
            test.pipeline.inFlight().limitRate("test.run", 0);
            awaitSettled(test, 5);
        }
    }

    @Test
    void whatWaitsForItsTurn_isNoReasonForMoreSlots() {
        CountDownLatch finish = new CountDownLatch(1);
        try (PipelineFixture test = new PipelineFixture((context, call) -> finish.await(60, TimeUnit.SECONDS))) {
            InFlight inFlight = test.pipeline.inFlight();
            inFlight.limitRate("test.run", 0.001);
            for (String id : List.of("a", "b", "c", "d", "e")) {
                test.pipeline.accept(test.delivery(id));
            }
            await().until(() -> test.runs.size() == 1);
            assertThat(inFlight.size()).isEqualTo(5);
            assertThat(inFlight.runnable()).isEqualTo(1);
            assertThat(inFlight.held()).as("keeps its place in the prefetch").isZero();

            inFlight.limitRate("test.run", 0);
            assertThat(inFlight.runnable()).isEqualTo(5);
            finish.countDown();
            awaitSettled(test, 5);
        }
    }

    @Test
    void whatWaitsForItsTurn_isReturnedAtTheEnd() {
        try (PipelineFixture test = new PipelineFixture(PipelineFixture::idOf0)) {
            test.pipeline.inFlight().limitRate("test.run", 0.001);
            test.pipeline.accept(test.delivery("a"));
            awaitSettled(test, 1);
            test.pipeline.accept(test.delivery("b"));
            test.pipeline.inFlight().drain();

            awaitSettled(test, 2);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded", "requeue shutdown");
            assertThat(test.runs).containsExactly("a");
        }
    }

    @Test
    void withFewerSlots_fewerStart() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> gated(context))) {
            test.pipeline.inFlight().resize(1);
            test.pipeline.accept(test.delivery("a"));
            test.pipeline.accept(test.delivery("b"));
            await().until(() -> test.runs.size() == 1);
            assertThat(test.pipeline.inFlight().tasks())
                    .extracting(TaskView::state)
                    .containsExactlyInAnyOrder(TaskView.State.ACTIVE, TaskView.State.RESERVED);

            test.pipeline.inFlight().resize(2);

            await().until(() -> test.runs.size() == 2);
            finish.countDown();
            awaitSettled(test, 2);
        }
    }
}
