package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.StaleOwnerException;
import dev.sedano.task.TaskContext;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Handlers that do not end when their time is up. */
class HardTimeLimitTest {
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Throwable> refused = new CopyOnWriteArrayList<>();

    /** Heeds no interrupt, and tries to have its say when its task has failed long ago. */
    private Object stubborn(TaskContext context) {
        boolean interrupted = false;
        while (end.getCount() > 0) {
            try {
                end.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        refused.add(catchThrowable(context::checkOwner));
        refused.add(catchThrowable(() -> context.updateState("PROGRESS", 1)));
        refused.add(catchThrowable(() -> context.stepAtMostOnce("charge", String.class, () -> "charged")));
        return "too late, " + interrupted;
    }

    private static Map<String, Object> limits(@Nullable Number hard, @Nullable Number soft) {
        return Map.of("timelimit", Arrays.asList(hard, soft));
    }

    @Test
    void atTheHardLimit_theTaskFails_andItsSlotIsFree_whileItsHandlerHasNoSay() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> stubborn(context))) {
            test.pipeline.accept(test.delivery("a", "x", limits(0.2, 0.1)));
            await().until(() -> test.channel.settled.size() == 1);

            assertThat(test.channel.reasons()).containsExactly("ack failed");
            assertThat(test.result("a"))
                    .contains("\"status\": \"FAILURE\"")
                    .contains("\"exc_type\": \"TimeLimitExceeded\", \"exc_message\": [0.2], \"exc_module\":"
                            + " \"billiard.exceptions\"");
            assertThat(test.left).hasValue(1);
            assertThat(test.counts.leftBehind).hasValue(1);
            assertThat(test.pipeline.inFlight().size()).isZero();

            end.countDown();
            await().until(() -> test.counts.leftBehind.get() == 0);
            assertThat(refused).hasSize(3).allMatch(StaleOwnerException.class::isInstance);
            assertThat(test.result("a")).contains("\"status\": \"FAILURE\"");
            assertThat(test.channel.settled).hasSize(1);
        }
    }

    @Test
    void copyOfATaskThatFailedSo_isADuplicate_whileTheHandlerStillRuns() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> stubborn(context))) {
            test.pipeline.accept(test.delivery("a", "x", limits(0.1, null)));
            await().until(() -> test.channel.settled.size() == 1);
            test.pipeline.accept(test.delivery("a", "x", limits(0.1, null)));
            await().until(() -> test.channel.settled.size() == 2);

            assertThat(test.channel.reasons()).containsExactly("ack failed", "ack duplicate");
            assertThat(test.runs).hasSize(1);
            end.countDown();
        }
    }

    @Test
    void atTheSoftLimit_theHandlerMayEndInOrder() {
        AtomicReference<Boolean> told = new AtomicReference<>();
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                told.set(context.timeLimitExceeded());
            }
            return "in order";
        })) {
            test.pipeline.accept(test.delivery("a", "x", limits(60, 0.1)));
            await().until(() -> test.channel.settled.size() == 1);

            assertThat(told).hasValue(true);
            assertThat(test.result("a")).contains("\"status\": \"SUCCESS\"", "in order");
            assertThat(test.left).hasValue(0);
        }
    }

    @Test
    void stepsAndOwnershipAreTold_toAnInterruptedHandler_whoseEndIsTheLimit() {
        List<String> said = new CopyOnWriteArrayList<>();
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            await().until(context::timeLimitExceeded);
            said.add(context.step("a", String.class, () -> "stepped"));
            context.checkOwner();
            said.add("interrupted " + Thread.currentThread().isInterrupted());
            end.await();
            return "never";
        })) {
            test.pipeline.accept(test.delivery("a", "x", limits(60, 0.1)));
            await().until(() -> test.channel.settled.size() == 1);

            assertThat(said).containsExactly("stepped", "interrupted true");
            assertThat(test.result("a")).contains("\"FAILURE\"", "SoftTimeLimitExceeded");
        }
    }

    @Test
    void aClaimThatTheStoreDoesNotConfirm_isNoReasonToRunAgain_pastTheLimit() {
        AtomicInteger runs = new AtomicInteger();
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            runs.incrementAndGet();
            await().until(context::timeLimitExceeded);
            throw new StaleOwnerException("the store did not answer");
        })) {
            test.pipeline.accept(test.delivery("a", "x", limits(60, 0.1)));
            await().until(() -> test.channel.settled.size() == 1);

            assertThat(test.result("a")).contains("\"FAILURE\"", "SoftTimeLimitExceeded");
            assertThat(runs).hasValue(1);
        }
    }

    @Test
    void softLimitThatIsNotHeeded_isFollowedByTheHardOne() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> stubborn(context))) {
            test.pipeline.accept(test.delivery("a", "x", limits(0.3, 0.05)));
            await().until(() -> test.channel.settled.size() == 1);

            assertThat(test.result("a")).contains("\"TimeLimitExceeded\"");
            end.countDown();
            await().until(() -> test.counts.leftBehind.get() == 0);
        }
    }

    @Test
    void limitsOfTheTask_countWhereTheMessageHasNone() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> stubborn(context))) {
            test.orders.limits = new Oversight.Limits(null, 0.1);
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.result("a")).contains("\"exc_message\": [0.1]");

            test.pipeline.accept(test.delivery("b", "x", limits(0.2, null)));
            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.result("b")).contains("\"exc_message\": [0.2]");
            end.countDown();
            await().until(() -> test.counts.leftBehind.get() == 0);
        }
    }
}
