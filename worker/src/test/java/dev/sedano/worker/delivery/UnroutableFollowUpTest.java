package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.worker.canvas.OutgoingMessage;
import dev.sedano.worker.canvas.UnroutableException;
import dev.sedano.worker.protocol.MessageProperties;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A follow-up that no queue takes must neither be lost nor hold its delivery for ever. */
class UnroutableFollowUpTest {
    private static final String EMBED =
            "{\"callbacks\": [{\"task\": \"t.linked\", \"args\": [7], \"kwargs\": {}, \"options\": {\"queue\": \"q2\"},"
                    + " \"subtask_type\": null, \"immutable\": false}], \"errbacks\": null, \"chain\": null,"
                    + " \"chord\": null}";

    private static PipelineFixture withoutQueue() {
        PipelineFixture test = new PipelineFixture((context, call) -> 5);
        test.nowhere = "q2";
        test.skippedPause = 400;
        return test;
    }

    private static String header(OutgoingMessage message, String name) {
        return String.valueOf(message.properties().headers().get(name));
    }

    @Test
    void afterTenTries_isSetAside_andItsTaskAcknowledged() {
        try (PipelineFixture test = withoutQueue()) {
            test.pipeline.accept(test.followed("a", EMBED, Map.of()));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded");
            assertThat(test.published).hasSize(11);
            OutgoingMessage link = test.published.get(0);
            OutgoingMessage copy = test.published.get(10);
            assertThat(copy.exchange()).isEmpty();
            assertThat(copy.routingKey()).isEqualTo("celery.dead");
            assertThat(copy.body()).isEqualTo(link.body());
            assertThat(header(copy, "id")).isEqualTo(header(link, "id"));
            assertThat(header(copy, "x-sedano-reason")).isEqualTo("follow_up_unroutable");
            assertThat(header(copy, "x-sedano-error")).isEqualTo("no queue q2");
            assertThat(header(copy, "x-sedano-exchange")).isEqualTo("");
            assertThat(header(copy, "x-sedano-routing-key")).isEqualTo("q2");
            assertThat(header(copy, "x-sedano-queue")).isEqualTo("celery");
            assertThat(test.counts.setAside).containsExactly("follow_up_unroutable");
            assertThat(test.skipped)
                    .containsSubsequence(500L, 1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L, 30_000L, 30_000L);

            test.pipeline.accept(test.followed("a", EMBED, Map.of()));
            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.published)
                    .as("settled: a copy has nothing to publish")
                    .hasSize(11);
        }
    }

    @Test
    void theTaskWaits_untilTheCopyIsConfirmed() {
        try (PipelineFixture test = withoutQueue()) {
            test.refusesToPublish = true;
            test.pipeline.accept(test.followed("a", EMBED, Map.of()));
            await().until(() -> test.published.stream()
                            .filter(each -> each.routingKey().equals("celery.dead"))
                            .count()
                    > 2);
            assertThat(test.channel.settled).isEmpty();
            assertThat(test.counts.setAside).isEmpty();

            test.refusesToPublish = false;
            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.counts.setAside).hasSize(1);
        }
    }

    @Test
    void brokerThatIsAway_isNotCounted() {
        try (PipelineFixture test = withoutQueue()) {
            test.nowhere = "";
            test.refusesToPublish = true;
            test.pipeline.accept(test.followed("a", EMBED, Map.of()));
            await().until(() -> test.published.size() > 30);
            test.refusesToPublish = false;

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.published).allMatch(each -> each.routingKey().equals("q2"));
            assertThat(test.skipped).doesNotContain(1_000L);
        }
    }

    @Test
    void queueThatAppearsMeanwhile_getsIt() {
        try (PipelineFixture test = withoutQueue()) {
            test.skippedPause = Long.MAX_VALUE;
            test.pipeline.accept(test.followed("a", EMBED, Map.of()));
            await().until(() -> test.published.size() == 2);
            test.nowhere = "";

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.published).hasSize(3);
            assertThat(test.counts.setAside).isEmpty();
        }
    }

    @Test
    void largerThanTheBrokerTakes_isSetAsideWithoutItsBody() {
        try (PipelineFixture test = withoutQueue()) {
            test.nowhere = "";
            test.largestBody = 20;
            test.pipeline.accept(test.followed("a", EMBED, Map.of()));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded");
            assertThat(test.published).hasSize(11);
            OutgoingMessage copy = test.published.get(10);
            assertThat(copy.routingKey()).isEqualTo("celery.dead");
            assertThat(copy.body()).isEmpty();
            assertThat(header(copy, "id")).isEqualTo(header(test.published.get(0), "id"));
            assertThat(header(copy, "x-sedano-error")).isEqualTo("too large");
        }
    }

    /** Only its copy tells that it is too large: what has nowhere to go never reaches the broker. */
    @Test
    void withNowhereToGo_andLargerThanTheBrokerTakes_isSetAsideWithoutItsBody() {
        try (PipelineFixture test = withoutQueue()) {
            test.largestBody = 20;
            test.pipeline.accept(test.followed("a", EMBED, Map.of()));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded");
            assertThat(test.published).hasSize(12);
            OutgoingMessage copy = test.published.get(11);
            assertThat(copy.routingKey()).isEqualTo("celery.dead");
            assertThat(copy.body()).isEmpty();
            assertThat(header(copy, "id")).isEqualTo(header(test.published.get(0), "id"));
            assertThat(header(copy, "x-sedano-error")).isEqualTo("no queue q2; without its body: too large");
            assertThat(test.counts.setAside).containsExactly("follow_up_unroutable");
        }
    }

    /** Its caller waits for the body's result, so that a dead letter is not enough. */
    @Test
    void bodyOfAChord_withNowhereToGo_andLargerThanTheBrokerTakes_fails() {
        byte[] part = "[1, \"a\", \"SUCCESS\", 1]".getBytes(StandardCharsets.UTF_8);
        ChordRunTest.Complete chords = new ChordRunTest.Complete(null, List.of(part), Map.of());
        String body =
                "{\"task\": \"t.body\", \"args\": [], \"kwargs\": {}, \"options\": {\"queue\": \"q2\", \"task_id\":"
                        + " \"body\"}, \"subtask_type\": null, \"immutable\": false}";
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1, chords)) {
            test.skippedPause = 500;
            test.nowhere = "q2";
            test.largestBody = 20;
            test.pipeline.accept(test.followed(
                    "a",
                    "{\"callbacks\": null, \"errbacks\": null, \"chain\": null, \"chord\": " + body + "}",
                    Map.of("group", "g")));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded");
            assertThat(test.result("body")).contains("FAILURE", "too large");
            assertThat(chords.ends).containsExactly("fail");
            assertThat(test.counts.setAside).isEmpty();
        }
    }

    @Test
    void itsCopy_hasNoHeaderThatCannotBeSent() {
        OutgoingMessage message = new OutgoingMessage(
                "",
                "q2",
                new MessageProperties(
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        Map.of(
                                "id",
                                "a",
                                "large",
                                BigInteger.TWO.pow(63),
                                "n".repeat(300),
                                1,
                                "long",
                                "x".repeat(130_000))),
                new byte[] {1});

        OutgoingMessage copy = new UnroutableCopies("test@host", Clock.systemUTC())
                .copy(message, "celery", new UnroutableException("its headers cannot be encoded"));

        assertThat(copy.sendableHeaders())
                .isEqualTo(copy.properties().headers())
                .containsEntry("id", "a")
                .doesNotContainKeys("large", "long");
    }
}
