package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.IgnoreException;
import dev.sedano.task.PythonException;
import dev.sedano.task.RejectException;
import dev.sedano.task.TaskRequest;
import dev.sedano.worker.canvas.OutgoingMessage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a handler may say besides returning a value or failing (CONTRACT §3). */
class HandlerOutcomesTest {
    @Test
    void rejected_isAFailureForTheCaller_andItsCopyIsDeadLetteredOnce() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            throw new RejectException("no such customer", false);
        })) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);

            assertThat(test.channel.reasons()).containsExactly("ack rejected");
            assertThat(test.result("a"))
                    .contains("\"status\": \"FAILURE\"")
                    .contains("\"exc_type\": \"Reject\", \"exc_message\": [\"no such customer\", false],"
                            + " \"exc_module\": \"celery.exceptions\"")
                    .contains("\"traceback\": null");
            OutgoingMessage copy = test.published.get(0);
            assertThat(copy.routingKey()).isEqualTo("celery.dead");
            assertThat(copy.properties().headers())
                    .containsEntry("id", "a")
                    .containsEntry("x-sedano-reason", "rejected")
                    .containsEntry("x-sedano-error", "no such customer");
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.runs).containsExactly("a");
            assertThat(test.published).hasSize(1);
        }
    }

    @Test
    void copyOfARejectedMessageThatCouldNotBeSent_isSentForTheNextDelivery() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            throw new RejectException("no", false);
        })) {
            test.refusesToPublish = true;
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> !test.published.isEmpty());
            assertThat(test.channel.settled)
                    .as("not acknowledged before its copy is safe")
                    .isEmpty();
            test.refusesToPublish = false;

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack rejected");
        }
    }

    @Test
    void rejectedWithRequeue_freesTheKey_andIsReturnedAfterAMoment() {
        AtomicInteger runs = new AtomicInteger();
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            if (runs.incrementAndGet() == 1) {
                throw new RejectException("not yet", true);
            }
            return "second pass, announced as a rerun: " + context.mayHaveRunBefore();
        })) {
            long began = System.nanoTime();
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("requeue rejected");
            assertThat(System.nanoTime() - began).isGreaterThan(900_000_000L);
            assertThat(test.result("a")).isEmpty();
            assertThat(test.orders.told).containsExactly("received a", "started a", "REQUEUED a");

            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.result("a")).contains("second pass, announced as a rerun: false");
        }
    }

    @Test
    void ignored_completesTheKey_andStoresNothing() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            context.updateState("HANDED_OVER", Map.of("to", "the night shift"));
            throw new IgnoreException("handed over");
        })) {
            test.pipeline.accept(test.followed(
                    "a", "{\"callbacks\": [{\"task\": \"t\", \"args\": [], \"options\": {}}]}", Map.of()));
            await().until(() -> test.channel.settled.size() == 1);

            assertThat(test.channel.reasons()).containsExactly("ack ignored");
            assertThat(test.result("a"))
                    .contains("\"status\": \"HANDED_OVER\", \"result\": {\"to\": \"the night shift\"}")
                    .contains("\"date_done\": null");
            assertThat(test.published).isEmpty();
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).endsWith("ack duplicate");
            assertThat(test.runs).containsExactly("a");
        }
    }

    @Test
    void statesThatAreOutcomes_orCannotBeWritten_areRefusedToTheHandler() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            assertThatThrownBy(() -> context.updateState("SUCCESS", null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("\"SUCCESS\"");
            assertThatThrownBy(() -> context.updateState(" ", null)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> context.updateState("PROGRESS", new Object()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("PROGRESS");
            return "checked";
        })) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);

            assertThat(test.result("a")).contains("checked");
        }
    }

    @Test
    void pythonException_keepsModuleTypeAndArguments() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            throw new PythonException("acme.errors", "OutOfStock", "no stock", 7, null, List.of(1.5, "x"), this);
        })) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);

            assertThat(test.result("a"))
                    .contains("\"exc_type\": \"OutOfStock\", \"exc_message\": [\"no stock\", 7, null, [1.5, \"x\"], \"")
                    .contains("\"exc_module\": \"acme.errors\"")
                    .contains("acme.errors.OutOfStock: ");
        }
    }

    @Test
    void request_isTheMessageAsItWasSent() {
        AtomicReference<TaskRequest> seen = new AtomicReference<>();
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            seen.set(context.request());
            return null;
        })) {
            test.pipeline.accept(test.delivery(
                    "a",
                    "x",
                    Map.of(
                            "eta",
                            "2001-02-03T04:05:06+01:00",
                            "timelimit",
                            Arrays.asList(10, 2.5),
                            "group_index",
                            3,
                            "replaced_task_nesting",
                            2,
                            "stamped_headers",
                            List.of("who"),
                            "stamps",
                            Map.of("who", "night batch"),
                            "ignore_result",
                            false)));
            await().until(() -> test.channel.settled.size() == 1);

            TaskRequest request = Objects.requireNonNull(seen.get());
            assertThat(request.eta()).isEqualTo("2001-02-03T04:05:06+01:00");
            assertThat(request.hardTimeLimit()).isEqualTo(10);
            assertThat(request.softTimeLimit()).isEqualTo(2.5);
            assertThat(request.groupIndex()).isEqualTo(3);
            assertThat(request.replacedTaskNesting()).isEqualTo(2);
            assertThat(request.stampedHeaders()).containsExactly("who");
            assertThat(request.stamps()).isEqualTo(Map.of("who", "night batch"));
            assertThat(request.ignoreResult()).isFalse();
            assertThat(request.queue()).isEqualTo("celery");
            assertThat(request.properties())
                    .containsEntry("content_type", "application/json")
                    .containsEntry("priority", 0);
            assertThat(request.hostname()).isEqualTo("test@host");
        }
    }

    @ParameterizedTest
    @CsvSource({",0.05,true", "60,0.05,true", "60,60,false", "0,0,false"})
    void limitOfTheMessage_interruptsTheHandler(@Nullable Double hard, @Nullable Double soft, boolean strikes) {
        CountDownLatch never = new CountDownLatch(1);
        try (PipelineFixture test = new PipelineFixture(
                (context, call) -> "in time " + never.await(strikes ? 20_000 : 100, TimeUnit.MILLISECONDS))) {
            test.pipeline.accept(test.delivery("a", "x", Map.of("timelimit", Arrays.asList(hard, soft))));
            await().until(() -> test.channel.settled.size() == 1);

            assertThat(test.result("a")).contains(strikes ? "SoftTimeLimitExceeded" : "in time false");
        }
    }

    @Test
    void handlerThatEndsInTime_leavesNoAlarmBehind() {
        try (PipelineFixture test = new PipelineFixture(PipelineFixture::idOf0)) {
            for (int i = 0; i < 50; i++) {
                test.pipeline.accept(test.delivery("id" + i, "x", Map.of("timelimit", Arrays.asList(3600, null))));
            }
            await().until(() -> test.channel.settled.size() == 50);

            assertThat(test.alarms()).isLessThan(50);
        }
    }
}
