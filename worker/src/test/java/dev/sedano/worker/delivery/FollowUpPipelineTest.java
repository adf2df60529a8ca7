package dev.sedano.worker.delivery;

import static dev.sedano.worker.delivery.FollowUpMessages.LINK;
import static dev.sedano.worker.delivery.FollowUpMessages.STEP;
import static dev.sedano.worker.delivery.FollowUpMessages.body;
import static dev.sedano.worker.delivery.FollowUpMessages.embed;
import static dev.sedano.worker.delivery.FollowUpMessages.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.TaskOptions;
import dev.sedano.worker.canvas.OutgoingMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FollowUpPipelineTest {
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
    void duplicateOfWhatWasRevoked_isRevoked_andNothingFollows() {
        TaskOptions byArgument = TaskOptions.builder().key("0").build();
        try (PipelineFixture test = new PipelineFixture((context, call) -> 5, byArgument)) {
            test.pipeline.accept(test.delivery("a", "x", Map.of("expires", "2001-01-01T00:00:00+00:00")));
            await().until(() -> test.channel.settled.size() == 1);

            test.pipeline.accept(test.followed("b", embed("null", "[" + LINK + "]", "[" + STEP + "]"), Map.of()));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("ack expired", "ack duplicate");
            assertThat(test.result("b")).contains("REVOKED").contains("\"task_id\": \"b\"");
            assertThat(test.published).isEmpty();
            assertThat(test.store.result("celery-task-meta-next-id"))
                    .as("the next step is PENDING, as after the task itself")
                    .isNull();
        }
    }
}
