package dev.sedano.worker.delivery;

import static dev.sedano.worker.delivery.FollowUpMessages.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.Retry;
import dev.sedano.task.RetryException;
import dev.sedano.task.TaskOptions;
import dev.sedano.worker.canvas.OutgoingMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** A handler that asks for a retry. */
class RetryPipelineTest {
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
}
