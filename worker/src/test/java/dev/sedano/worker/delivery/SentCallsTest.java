package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.Canvas;
import dev.sedano.task.IgnoreException;
import dev.sedano.task.Retry;
import dev.sedano.task.Signature;
import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskOptions;
import dev.sedano.task.client.AsyncResult;
import dev.sedano.task.client.GroupResult;
import dev.sedano.task.client.ResultsException;
import dev.sedano.worker.canvas.OutgoingMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What handlers send. */
class SentCallsTest {
    private static final String LINKED = "{\"callbacks\": [{\"task\": \"t.linked\", \"args\": [], \"kwargs\": {},"
            + " \"options\": {}, \"subtask_type\": null, \"immutable\": false}], \"errbacks\": null, \"chain\": null,"
            + " \"chord\": null}";

    private static @Nullable Object header(OutgoingMessage message, String name) {
        return message.properties().headers().get(name);
    }

    private static List<@Nullable Object> headers(PipelineFixture test, String name) {
        List<@Nullable Object> all = new ArrayList<>();
        test.published.forEach(each -> all.add(header(each, name)));
        return all;
    }

    private static void settled(PipelineFixture test, String reason) {
        await().until(() -> test.channel.settled.size() == 1);
        assertThat(test.channel.reasons()).containsExactly(reason);
    }

    @Test
    void callIsAChildOfItsTask_andGoesBeforeTheCallbacks() {
        List<String> ids = new CopyOnWriteArrayList<>();
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            ids.add(context.send(Signature.of("t.more", 1).option("queue", "q2"))
                    .id());
            return null;
        })) {
            test.pipeline.accept(test.followed("a", LINKED, Map.of("root_id", "r")));

            settled(test, "ack succeeded");
            assertThat(headers(test, "task")).containsExactly("t.more", "t.linked");
            OutgoingMessage more = test.published.get(0);
            assertThat(more.routingKey()).isEqualTo("q2");
            assertThat(more.properties().headers())
                    .containsEntry("id", ids.get(0))
                    .containsEntry("parent_id", "a")
                    .containsEntry("root_id", "r");
            assertThat(test.result("a"))
                    .contains("\"children\": [[[\"" + ids.get(0) + "\", null], null], [[\""
                            + header(test.published.get(1), "id") + "\", null], null]]");
        }
    }

    /** The task's own setting where it is known here: Celery's worker asks it, too. */
    @Test
    void headersSayWhatCelerysWouldSay() {
        TaskOptions ignored = TaskOptions.builder().ignoreResult(true).build();
        try (PipelineFixture test = new PipelineFixture(
                (context, call) -> {
                    context.send(Signature.of("test.run", 1, "a"));
                    context.send(Canvas.group(Signature.of("celery.map", 2)));
                    return context.send(Signature.of("t.elsewhere")).id();
                },
                ignored)) {
            test.pipeline.accept(test.delivery("a"));

            settled(test, "ack succeeded");
            assertThat(headers(test, "argsrepr")).containsExactly("(1, 'a')", "(2,)", "()");
            assertThat(headers(test, "ignore_result")).containsExactly(true, false, null);
        }
    }

    @Test
    void handlerMayReturnWhatItSent_andCannotAwaitIt() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            GroupResult both = (GroupResult) context.send(Canvas.group(Signature.of("t.one"), Signature.of("t.two")));
            assertThatExceptionOfType(ResultsException.class).isThrownBy(() -> both.get(Duration.ofSeconds(1)));
            assertThatExceptionOfType(ResultsException.class).isThrownBy(both::ready);
            AsyncResult last = context.send(Canvas.chain(Signature.of("t.first"), Signature.of("t.last")));
            assertThat(last.parent()).isNotNull();
            return List.of(both, last);
        })) {
            test.pipeline.accept(test.delivery("a"));

            settled(test, "ack succeeded");
            assertThat(headers(test, "task")).containsExactly("t.one", "t.two", "t.first");
            Object group = header(test.published.get(0), "group");
            assertThat(group).isEqualTo(header(test.published.get(1), "group"));
            assertThat(test.result("a"))
                    .contains("\"result\": [[[\"" + group + "\", null], [[[\"" + header(test.published.get(0), "id"))
                    .contains("\"children\": [[[\"" + group + "\", null], [");
        }
    }

    @Test
    void failureAndRetry_sendNothing() {
        for (String end : List.of("fail", "retry")) {
            try (PipelineFixture test = new PipelineFixture((context, call) -> {
                context.send(Signature.of("t.more"));
                throw end.equals("fail")
                        ? new IllegalStateException("no luck")
                        : context.retry(Retry.in(Duration.ofSeconds(5)));
            })) {
                test.pipeline.accept(test.delivery("a"));

                await().until(() -> test.channel.settled.size() == 1);
                assertThat(headers(test, "task")).doesNotContain("t.more").hasSize(end.equals("fail") ? 0 : 1);
            }
        }
    }

    @Test
    void replacementAndIgnoredResult_sendIt() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            context.send(Signature.of("t.more"));
            throw context.replace(Signature.of("t.other"));
        })) {
            test.pipeline.accept(test.delivery("a"));
            settled(test, "ack replaced");
            assertThat(headers(test, "task")).containsExactlyInAnyOrder("t.more", "t.other");
        }
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            context.send(Signature.of("t.more"));
            throw new IgnoreException("nobody asks");
        })) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);
            assertThat(headers(test, "task")).containsExactly("t.more");
        }
    }

    /** The store knows the outcome, the broker did not confirm: the next copy sends the same, and runs nothing. */
    @Test
    void whatIsSentAgain_hasTheSameId() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            context.send(Signature.of("t.more", System.nanoTime()));
            return 5;
        })) {
            test.refusesToPublish = true;
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> !test.published.isEmpty());
            test.channel.open = false;
            await().until(() -> test.channel.settled.size() == 1);
            OutgoingMessage first = test.published.get(0);
            test.published.clear();
            test.channel.open = true;
            test.refusesToPublish = false;
            test.store.advance(Duration.ofSeconds(11));

            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.runs).hasSize(1);
            assertThat(test.published).hasSize(1);
            assertThat(header(test.published.get(0), "id")).isEqualTo(header(first, "id"));
            assertThat(test.published.get(0).body()).isEqualTo(first.body());
        }
    }

    @Test
    void whatCannotBeSent_isRefusedInTheHandler_andLeavesNothingBehind() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            assertThatIllegalArgumentException().isThrownBy(() -> context.send(Canvas.chain()));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> context.send(Canvas.group(
                            Signature.of("t.good"), Signature.of("t.bad").option("queue", "q".repeat(300)))))
                    .withMessageContaining("255");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> context.send(Signature.of("t.large", "x".repeat(9 << 20))))
                    .withMessageContaining("bytes");
            return context.send(Signature.of("t.more")).id();
        })) {
            test.pipeline.accept(test.delivery("a"));

            settled(test, "ack succeeded");
            assertThat(headers(test, "task")).containsExactly("t.more");
        }
    }

    @Test
    void afterTheEnd_nothingCanBeSent() {
        AtomicReference<@Nullable TaskContext> kept = new AtomicReference<>();
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            kept.set(context);
            return 5;
        })) {
            test.pipeline.accept(test.delivery("a"));
            settled(test, "ack succeeded");

            TaskContext context = Objects.requireNonNull(kept.get());
            assertThatIllegalStateException()
                    .isThrownBy(() -> context.send(Signature.of("t.late")))
                    .withMessageContaining("has ended");
        }
    }
}
