package dev.sedano.worker.delivery;

import static dev.sedano.worker.delivery.FollowUpMessages.LINK;
import static dev.sedano.worker.delivery.FollowUpMessages.STEP;
import static dev.sedano.worker.delivery.FollowUpMessages.body;
import static dev.sedano.worker.delivery.FollowUpMessages.embed;
import static dev.sedano.worker.delivery.FollowUpMessages.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.Canvas;
import dev.sedano.task.Signature;
import dev.sedano.task.TaskOptions;
import dev.sedano.worker.canvas.OutgoingMessage;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A task that puts others in its place, adds to its chord, or calls others. */
class ReplacementPipelineTest {
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
