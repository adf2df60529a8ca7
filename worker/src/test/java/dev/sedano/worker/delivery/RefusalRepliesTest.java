package dev.sedano.worker.delivery;

import static dev.sedano.worker.delivery.FollowUpMessages.LINK;
import static dev.sedano.worker.delivery.FollowUpMessages.STEP;
import static dev.sedano.worker.delivery.FollowUpMessages.embed;
import static dev.sedano.worker.delivery.FollowUpMessages.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whoever waits for work that is refused: a chord, the rest of a chain, errbacks. */
class RefusalRepliesTest {
    private static final Map<String, Object> KEY = Map.of("idempotency_key", "order-1");
    private static final String WAITING = embed("null", "[" + LINK + "]", "[" + STEP + "]");

    @Test
    void hearOfAConflict() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.pipeline.accept(test.delivery("a", "other", KEY));
            await().until(() -> test.channel.settled.size() == 1);
            test.pipeline.accept(test.followed("b", WAITING, KEY));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded", "dead_letter conflict");
            assertThat(test.result("b")).contains("IdempotencyConflict");
            assertThat(test.result("next-id")).contains("IdempotencyConflict");
            assertThat(test.published)
                    .singleElement()
                    .satisfies(call -> assertThat(header(call, "task")).isEqualTo("t.linked"));
        }
    }

    @Test
    void hearOfACallbackThatCannotBeCalled() {
        String noTask = "{\"args\": []}";
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.pipeline.accept(
                    test.followed("a", embed("[" + noTask + "]", "[" + LINK + "]", "[" + STEP + "]"), Map.of()));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly("dead_letter unsupported");
            assertThat(test.runs).isEmpty();
            assertThat(test.result("next-id")).contains("FAILURE");
            assertThat(test.published).hasSize(1);
        }
    }

    /** Beside it, each of the others is told. */
    @Test
    void hearOfAStepOrAnErrbackThatCannotBeCalled() {
        String noTask = "{\"args\": []}";
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.pipeline.accept(
                    test.followed("a", embed("null", "[" + LINK + "]", "[" + STEP + ", " + noTask + "]"), Map.of()));
            test.pipeline.accept(test.followed("b", embed("null", "[" + noTask + "]", "[" + STEP + "]"), Map.of()));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("dead_letter unsupported", "dead_letter unsupported");
            assertThat(test.result("next-id")).contains("FAILURE");
            assertThat(test.published).hasSize(1);
        }
    }

    @Test
    void hearNothingIfTheirIdIsInUse_asTheFirstCallIsWhatTheyWaitFor() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.pipeline.accept(test.delivery("a", "other", Map.of()));
            await().until(() -> test.channel.settled.size() == 1);
            test.pipeline.accept(test.followed("a", WAITING, Map.of()));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded", "dead_letter conflict");
            assertThat(test.result("next-id")).isEmpty();
            assertThat(test.published).isEmpty();
        }
    }

    /** A producer that builds the arguments anew and sends them under the id and key of its first try. */
    @Test
    void hearNothingOfAnotherTryWithTheSameIdAndKey() {
        try (PipelineFixture test = new PipelineFixture((context, call) -> 1)) {
            test.pipeline.accept(test.delivery("a", "other", KEY));
            await().until(() -> test.channel.settled.size() == 1);
            test.pipeline.accept(test.followed("a", WAITING, KEY));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.channel.reasons()).containsExactly("ack succeeded", "dead_letter conflict");
            assertThat(test.result("next-id")).isEmpty();
            assertThat(test.published).isEmpty();
        }
    }

    @Test
    void hearOfAFailureThatAnErrbackCannotCarry() {
        String hopeless =
                LINK.replace("\"queue\": \"q2\"", "\"queue\": \"q2\", \"headers\": {\"n\": 18446744073709551616}");
        try (PipelineFixture test = new PipelineFixture((context, call) -> {
            throw new IllegalStateException("no");
        })) {
            test.pipeline.accept(test.followed("a", embed("null", "[" + hopeless + "]", "[" + STEP + "]"), Map.of()));

            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.result("next-id")).contains("FAILURE");
            assertThat(test.published).isEmpty();
        }
    }
}
