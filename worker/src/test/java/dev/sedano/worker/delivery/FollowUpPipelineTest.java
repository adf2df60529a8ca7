package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.Canvas;
import dev.sedano.task.Retry;
import dev.sedano.task.RetryException;
import dev.sedano.task.Signature;
import dev.sedano.task.TaskOptions;
import dev.sedano.worker.canvas.OutgoingMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class FollowUpPipelineTest {
    private static final String LINK =
            "{\"task\": \"t.linked\", \"args\": [7], \"kwargs\": {}, \"options\": {\"queue\": \"q2\"},"
                    + " \"subtask_type\": null, \"immutable\": false}";
    private static final String STEP =
            "{\"task\": \"t.next\", \"args\": [], \"kwargs\": {}, \"options\": {\"task_id\": \"next-id\"},"
                    + " \"subtask_type\": null, \"immutable\": false}";

    private static String embed(String callbacks, String errbacks, String chain) {
        return "{\"callbacks\": " + callbacks + ", \"errbacks\": " + errbacks + ", \"chain\": " + chain
                + ", \"chord\": null}";
    }

    private static Object header(OutgoingMessage message, String name) {
        return String.valueOf(message.properties().headers().get(name));
    }

    private static String body(OutgoingMessage message) {
        return new String(message.body(), StandardCharsets.UTF_8);
    }

    @Test
    void success_publishesCallbacksAndTheNextStep_thenAcknowledges() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 5)) {
            test.pipeline.accept(test.followed("a", embed("[" + LINK + "]", "null", "[" + STEP + "]"), Map.of()));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded");
            assertThat(test.published).hasSize(2);
            OutgoingMessage link = test.published.get(0);
            assertThat(link.routingKey()).isEqualTo("q2");
            assertThat(header(link, "task")).isEqualTo("t.linked");
            assertThat(header(link, "parent_id")).isEqualTo("a");
            assertThat(body(link)).startsWith("[[5, 7], {}, ");
            OutgoingMessage next = test.published.get(1);
            assertThat(next.routingKey()).isEqualTo("celery");
            assertThat(header(next, "id")).isEqualTo("next-id");
            assertThat(header(next, "root_id")).isEqualTo("a");
            assertThat(body(next)).contains("\"chain\": []");
            assertThat(test.result("a"))
                    .contains("next-id")
                    .contains(header(link, "id").toString());
        }
    }

    @Test
    void deliveryIsNotAcknowledged_beforeItsFollowUpsAreConfirmed() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 5)) {
            test.refusesToPublish = true;
            test.pipeline.accept(test.followed("a", embed("[" + LINK + "]", "null", "null"), Map.of()));
            await().until(() -> test.published.size() >= 2);
            assertThat(test.channel.settled).isEmpty();

            test.refusesToPublish = false;
            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.published.stream().map(each -> header(each, "id")).distinct())
                    .hasSize(1);
        }
    }

    @Test
    void followUpsThatTheirOwnerLeft_arePublishedByTheNextCopy_withTheSameIds_withoutRunning() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 5)) {
            test.refusesToPublish = true;
            test.pipeline.accept(test.followed("a", embed("[" + LINK + "]", "null", "null"), Map.of()));
            await().until(() -> !test.published.isEmpty());
            test.channel.open = false;
            Object first = header(test.published.get(0), "id");
            await().until(() -> test.channel.settled.size() == 1);
            test.published.clear();
            test.channel.open = true;
            test.refusesToPublish = false;
            test.store.advance(Duration.ofSeconds(11));

            test.pipeline.accept(test.followed("a", embed("[" + LINK + "]", "null", "null"), Map.of()));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).endsWith("ack duplicate");
            assertThat(test.published).hasSize(1);
            assertThat(header(test.published.get(0), "id")).isEqualTo(first);
            assertThat(test.runs).hasSize(1);

            test.pipeline.accept(test.followed("a", embed("[" + LINK + "]", "null", "null"), Map.of()));
            await().until(() -> test.channel.settled.size() == 3);
            assertThat(test.published).as("settled: nothing to publish again").hasSize(1);
        }
    }

    @Test
    void errbacksOfAFailureThatFreedItsKey_arePublishedByTheNextId_beforeItRuns() {
        TaskOptions freeing = TaskOptions.builder()
                .key("0")
                .releaseOn(List.of(IllegalArgumentException.class))
                .build();
        try (PipelineFixture test = new PipelineFixture(
                (context, call) -> {
                    if (context.id().equals("a")) {
                        throw new IllegalArgumentException("no");
                    }
                    return 5;
                },
                freeing)) {
            test.refusesToPublish = true;
            test.pipeline.accept(test.followed("a", embed("null", "[" + LINK + "]", "null"), Map.of()));
            await().until(() -> !test.published.isEmpty());
            test.channel.open = false;
            Object first = header(test.published.get(0), "id");
            await().until(() -> test.channel.settled.size() == 1);
            test.published.clear();
            test.channel.open = true;
            test.store.advance(Duration.ofSeconds(11));

            test.pipeline.accept(test.delivery("b"));
            await().until(() -> test.published.size() >= 2);
            assertThat(test.runs).containsExactly("a");
            test.refusesToPublish = false;

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).endsWith("ack succeeded");
            assertThat(test.published.stream().map(each -> header(each, "id")).distinct())
                    .containsExactly(first);
            assertThat(test.runs).containsExactly("a", "b");
        }
    }

    @Test
    void failure_publishesErrbacks_andTellsTheStepsThatWillNeverRun() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            throw new IllegalArgumentException("no");
        })) {
            test.pipeline.accept(test.followed("a", embed("null", "[" + LINK + "]", "[" + STEP + "]"), Map.of()));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.published).hasSize(1);
            assertThat(body(test.published.get(0))).startsWith("[[\"a\", 7], {}, ");
            assertThat(header(test.published.get(0), "group_index")).isEqualTo("0");
            assertThat(test.result("next-id")).contains("FAILURE").contains("ValueError");
        }
    }

    @Test
    void duplicateWithAnIdOfItsOwn_goesOnWithItsOwnWorkflow() {
        TaskOptions byArgument = TaskOptions.builder().key("0").build();
        try (PipelineFixture test = new PipelineFixture((context, call) -> 5, byArgument)) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.channel.settled.size() == 1);

            test.pipeline.accept(test.followed("b", embed("[" + LINK + "]", "null", "null"), Map.of()));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded", "ack duplicate");
            assertThat(body(test.published.get(0))).startsWith("[[5, 7], {}, ");
            assertThat(test.result("b")).contains("SUCCESS").contains("\"task_id\": \"b\"");
            assertThat(test.runs).containsExactly("a");
        }
    }

    @Test
    void retry_isHandedOffBeforeItIsPublished_andTheOldCopyIsHistory() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            if (context.retries() == 0) {
                throw context.retry(Retry.in(Duration.ZERO).because(new IllegalStateException("again")));
            }
            return context.retries();
        })) {
            test.pipeline.accept(test.delivery("a", "x", Map.of("tenant", "acme")));
            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack retried");
            assertThat(test.result("a")).contains("RETRY").contains("again");
            OutgoingMessage retry = test.published.get(0);
            assertThat(header(retry, "id")).isEqualTo("a");
            assertThat(header(retry, "retries")).isEqualTo("1");
            assertThat(header(retry, "tenant")).isEqualTo("acme");
            assertThat(header(retry, "parent_id")).isEqualTo("a");
            assertThat(retry.routingKey()).isEqualTo("celery");

            test.pipeline.accept(test.delivery("a", "x", Map.of("tenant", "acme")));
            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).endsWith("ack stale_attempt");

            test.pipeline.accept(test.arriving(retry));
            await().until(() -> test.channel.settled.size() == 3);
            assertThat(test.channel.reasons()).endsWith("ack succeeded");
            assertThat(test.runs).hasSize(2);
            assertThat(test.announced).containsExactly(false, false);
        }
    }

    @Test
    void retry_withOtherArguments_keepsAnExplicitKey() {
        TaskOptions byArgument = TaskOptions.builder().key("0").build();
        try (PipelineFixture test = new PipelineFixture(
                (context, call) -> {
                    if (context.retries() == 0) {
                        throw context.retry(Retry.in(Duration.ZERO).with(List.of("other"), Map.of()));
                    }
                    return context.idempotencyKey();
                },
                byArgument)) {
            test.pipeline.accept(test.delivery("a"));
            await().until(() -> test.published.size() == 1);
            test.pipeline.accept(test.arriving(test.published.get(0)));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.result("a")).contains("\"result\": \"x\"");
            test.pipeline.accept(test.delivery("b"));
            await().until(() -> test.channel.settled.size() == 3);
            assertThat(test.channel.reasons()).endsWith("ack duplicate");
            test.pipeline.accept(test.delivery("c", "x", Map.of("shadow", "s")));
            await().until(() -> test.channel.settled.size() == 4);
            assertThat(test.runs).hasSize(2);
        }
    }

    @Test
    void retry_beyondItsLimit_fails() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            throw context.retry(Retry.in(Duration.ZERO).atMost(1));
        })) {
            test.pipeline.accept(test.delivery("a", "x", Map.of("retries", 1)));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack failed");
            assertThat(test.published).isEmpty();
            assertThat(test.result("a")).contains("FAILURE").contains("Can't retry test.run[a]");
        }
    }

    @Test
    void retryThatNoWorkerCouldTake_isRefusedWhereItIsAskedFor() {
        Map<Integer, Duration> impossible = Map.of(
                (1 << 20) - 1,
                Duration.ofSeconds(1),
                2,
                Duration.ofDays(3_000_000),
                1,
                Duration.ofSeconds(Long.MAX_VALUE));
        impossible.forEach((retries, delay) -> {
            List<String> errors = new CopyOnWriteArrayList<>();
            try (PipelineFixture test = new PipelineFixture((context, call) -> {
                try {
                    throw context.retry(Retry.in(delay).forEver());
                } catch (IllegalArgumentException refused) {
                    errors.add(String.valueOf(refused.getMessage()));
                }
                throw new RetryException(Retry.in(delay).forEver());
            })) {
                test.pipeline.accept(test.delivery("a", "x", Map.of("retries", retries)));

                await().until(() -> test.channel.settled.size() == 1);
                assertThat(test.channel.reasons()).containsExactly("ack failed");
                assertThat(test.published).isEmpty();
                assertThat(errors).hasSize(1);
                assertThat(errors.get(0))
                        .contains(retries > 2 ? "retries of task a is 1048575" : "delay " + delay)
                        .containsAnyOf("let it end", "give a shorter one");
                assertThat(test.result("a")).contains(errors.get(0)).doesNotContain("cannot be encoded");
            }
        });
    }

    @Test
    void replacement_keepsIdFollowUpsAndKey() {
        TaskOptions byArgument = TaskOptions.builder().key("0").build();
        try (PipelineFixture test = new PipelineFixture(
                (context, call) -> {
                    throw context.replace(Signature.of("t.other", 9));
                },
                byArgument)) {
            test.pipeline.accept(test.followed("a", embed("[" + LINK + "]", "null", "[" + STEP + "]"), Map.of()));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack replaced");
            OutgoingMessage other = test.published.get(0);
            assertThat(header(other, "id")).isEqualTo("a");
            assertThat(header(other, "task")).isEqualTo("t.other");
            assertThat(header(other, "replaced_task_nesting")).isEqualTo("1");
            assertThat(header(other, "x-sedano-key")).isEqualTo("x");
            assertThat(header(other, "x-sedano-scope")).isEqualTo("test.run");
            assertThat(body(other))
                    .startsWith("[[9], {}, ")
                    .contains("t.linked")
                    .contains("next-id");
        }
    }

    @Test
    void replacementByAChain_givesTheIdToItsLastStep_whichIsClaimedAsALaterAttempt() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            if (!context.headers().containsKey("again")) {
                throw context.replace(Canvas.chain(
                                Signature.of("t.first", 1),
                                Signature.of("test.run", "y").option("headers", Map.of("again", true)))
                        .onError(Signature.of("t.report")));
            }
            return 9;
        })) {
            test.pipeline.accept(test.followed("a", embed("[" + LINK + "]", "null", "null"), Map.of()));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack replaced");
            OutgoingMessage first = test.published.get(0);
            assertThat(header(first, "task")).isEqualTo("t.first");
            assertThat(header(first, "id")).isNotEqualTo("a");
            assertThat(body(first))
                    .contains("\"task_id\": \"a\"")
                    .contains("t.linked")
                    .contains("t.report");

            test.pipeline.accept(
                    test.delivery("a", "y", Map.of("again", true, "replaced_task_nesting", 1, "parent_id", "x")));
            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).endsWith("ack succeeded");
            assertThat(test.result("a")).contains("\"result\": 9");
        }
    }

    @Test
    void replacementByNothing_fails() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            throw context.replace(Canvas.chain());
        })) {
            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack failed");
            assertThat(test.result("a")).contains("FAILURE").contains("Cannot replace with an empty chain");
        }
    }

    @Test
    void replacementByAnEmptyGroup_becomesAnEmptyList() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            throw context.replace(Canvas.group());
        })) {
            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack replaced");
            OutgoingMessage accumulate = test.published.get(0);
            assertThat(accumulate.properties().headers())
                    .containsEntry("task", "celery.accumulate")
                    .containsEntry("id", "a");
            assertThat(new String(accumulate.body(), StandardCharsets.UTF_8)).startsWith("[[[]], {\"index\": 0}");
        }
    }

    /** Else the replacement could be claimed, and what was added forgotten, when the worker dies in between. */
    @Test
    void whatIsAddedToAChord_isConfirmedBeforeTheReplacementIsPublished() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            context.addToChord(Signature.of("t.more"));
            context.addToChord(Signature.of("t.more"));
            throw context.replace(Signature.of("t.other"));
        })) {
            String chord = "{\"callbacks\": null, \"errbacks\": null, \"chain\": null, \"chord\": " + LINK + "}";
            test.refusesToPublish = true;
            test.pipeline.accept(test.followed("a", chord, Map.of("group", "g")));
            await().until(() -> test.published.size() >= 3);
            assertThat(test.published.stream().map(each -> header(each, "task")))
                    .containsOnly("t.more");
            test.published.clear();
            test.refusesToPublish = false;

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack replaced");
            assertThat(test.published.stream().map(each -> header(each, "task")))
                    .endsWith("t.other")
                    .filteredOn("t.other"::equals)
                    .hasSize(1);
        }
    }

    @Test
    void addingToAChord_outsideOfOne_isAnError() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            context.addToChord(Signature.of("t.more"));
            return 1;
        })) {
            test.pipeline.accept(test.delivery("a"));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.result("a")).contains("FAILURE").contains("not in the header of a chord");
            assertThat(test.published).isEmpty();
        }
    }

    @Test
    void starmap_callsTheTaskInTheSameRun() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> context.id() + call.args())) {
            test.pipeline.accept(test.called(
                    "m",
                    "celery.starmap",
                    "[[], {\"task\": {\"task\": \"test.run\", \"args\": [], \"kwargs\": {}, \"options\": {}}, \"it\":"
                            + " [[1, 2], [3]]}, null]"));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded");
            assertThat(test.result("m")).contains("[\"m[1, 2]\", \"m[3]\"]");
        }
    }

    @Test
    void chunks_arePublished_andTheirGroupIsTheResult() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.pipeline.accept(test.called(
                    "c",
                    "celery.chunks",
                    "[[{\"task\": \"t.add\", \"args\": [], \"kwargs\": {}, \"options\": {}}, [[1, 2], [3, 4], [5, 6]], 2],"
                            + " {}, null]"));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.published).hasSize(2);
            assertThat(header(test.published.get(0), "task")).isEqualTo("celery.starmap");
            assertThat(body(test.published.get(1))).contains("[[5, 6]]");
            assertThat(test.result("c"))
                    .contains(header(test.published.get(0), "group").toString())
                    .contains(header(test.published.get(1), "id").toString());
        }
    }
}
