package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.TaskContext;
import dev.sedano.worker.protocol.MessageProperties;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Who runs next when a slot is free, seen from outside: the pipeline has two slots, and its clock runs on. */
class WaitingLineTest {
    private static final int MANY = 300;

    private final CountDownLatch finish = new CountDownLatch(1);

    private Object gated(TaskContext context) throws InterruptedException {
        if (context.id().startsWith("first")) {
            finish.await();
        }
        return context.id();
    }

    private static Delivery delivery(PipelineFixture test, String id, String queue, int priority) {
        Delivery plain = test.delivery(id);
        MessageProperties properties = plain.properties();
        return new Delivery(
                queue,
                plain.exchange(),
                queue,
                plain.tag(),
                false,
                new MessageProperties("application/json", "utf-8", id, "", null, priority, properties.headers()),
                plain.body(),
                plain.channel());
    }

    private static void awaitSettled(PipelineFixture test, int count) {
        await().until(() -> test.channel.settled.size() == count);
    }

    @Test
    void highestPriorityFirst_inOrderOfArrivalAmongEquals() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> gated(context))) {
            test.oneSlot();
            test.pipeline.accept(test.delivery("first"));
            await().until(() -> test.runs.size() == 1);
            String[] ids = {"low1", "high1", "middle", "low2", "high2"};
            int[] priorities = {0, 9, 4, 0, 9};
            for (int i = 0; i < ids.length; i++) {
                test.pipeline.accept(delivery(test, ids[i], "celery", priorities[i]));
            }

            finish.countDown();

            awaitSettled(test, 6);
            assertThat(test.runs).containsExactly("first", "high1", "high2", "middle", "low1", "low2");
        }
    }

    @Test
    void claimsAheadOfFastWork_doNotRunBeforeAHigherPriority() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> gated(context))) {
            for (int i = 0; i < MANY; i++) { // so fast that much is claimed ahead from now on
                test.pipeline.accept(delivery(test, "fast" + i, "celery", 0));
            }
            awaitSettled(test, MANY);
            test.pipeline.accept(delivery(test, "first1", "celery", 0));
            test.pipeline.accept(delivery(test, "first2", "celery", 0));
            await().until(() -> test.runs.size() == MANY + 2);
            for (int i = 0; i < 30; i++) {
                test.pipeline.accept(delivery(test, "low" + i, "celery", 0));
            }
            test.pipeline.accept(delivery(test, "high", "celery", 9));

            finish.countDown();

            awaitSettled(test, MANY + 33);
            assertThat(test.runs.subList(MANY + 2, MANY + 4)).contains("high");
        }
    }

    @Test
    void capOfAQueue_leavesTheOtherSlotsToOthers() {
        Caps caps = new Caps(Map.of("capped", 1), Map.of());
        try (PipelineFixture test = new PipelineFixture((context, call) -> gated(context), caps)) {
            test.pipeline.accept(delivery(test, "first", "capped", 0));
            await().until(() -> test.runs.size() == 1);
            test.pipeline.accept(delivery(test, "second", "capped", 9));
            test.pipeline.accept(delivery(test, "other", "celery", 0));

            awaitSettled(test, 1);
            assertThat(test.runs).containsExactly("first", "other");
            finish.countDown();

            awaitSettled(test, 3);
            assertThat(test.runs).containsExactly("first", "other", "second");
        }
    }

    @Test
    void capOfATask_holdsForItsCallsOfAllQueues() {
        Caps caps = new Caps(Map.of(), Map.of("test.run", 1));
        try (PipelineFixture test = new PipelineFixture((context, call) -> gated(context), caps)) {
            test.pipeline.accept(delivery(test, "first", "a", 0));
            await().until(() -> test.runs.size() == 1);
            test.pipeline.accept(delivery(test, "second", "b", 0));
            await().during(Duration.ofMillis(300)).until(() -> test.runs.size() == 1);
            finish.countDown();

            awaitSettled(test, 2);
            assertThat(test.runs).containsExactly("first", "second");
        }
    }

    @Test
    void whoHasWaitedTooLong_isNotOvertakenAnyMore() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> gated(context))) {
            Work low = work(test, "low", 0);
            Work high = work(test, "high", 9);
            long[] now = {0};
            WaitingLine line = new WaitingLine(Caps.NONE, () -> now[0], 1_000);
            low.arrivedAt = 0;
            high.arrivedAt = 900;
            line.add(low);
            line.add(high);
            line.add(high);

            now[0] = 999;
            assertThat(line.next(any -> true)).isSameAs(high);
            now[0] = 1_000;
            assertThat(line.next(any -> true)).isSameAs(low);
            assertThat(line.next(any -> false)).isNull();
            assertThat(line.next(any -> true)).isSameAs(high);
            assertThat(line.next(any -> true)).isNull();
        }
    }

    /** Work as the pipeline makes it: held back, since its message is not due. */
    private static Work work(PipelineFixture test, String id, int priority) {
        Delivery due = delivery(test, id, "celery", priority);
        Map<String, Object> later = Map.of("eta", Instant.now().plusSeconds(50).toString());
        Delivery held = test.delivery(id, "x", later);
        test.pipeline.accept(new Delivery(
                due.queue(),
                due.exchange(),
                due.routingKey(),
                due.tag(),
                false,
                new MessageProperties(
                        "application/json",
                        "utf-8",
                        id,
                        "",
                        null,
                        priority,
                        held.properties().headers()),
                due.body(),
                due.channel()));
        return test.pipeline.inFlight().tasks().stream()
                .filter(task -> task.message().id().equals(id))
                .map(Work.class::cast)
                .findFirst()
                .orElseThrow();
    }
}
