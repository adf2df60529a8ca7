package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.TaskOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MarkerHorizonTest {
    private static String in(Duration time) {
        return Instant.now().plus(time).toString();
    }

    @Test
    void etaAndExpires_beyondTheRetention_areCounted_andTheDeliveriesGoTheirWay() {
        try (PipelineFixture test = new PipelineFixture(PipelineFixture::idOf0)) {
            test.pipeline.accept(test.delivery("a", "x", Map.of("eta", in(Duration.ofDays(8)))));
            test.pipeline.accept(test.delivery("b", "x", Map.of("expires", in(Duration.ofDays(8)))));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.counts.beyondRetention).hasValue(2);
            assertThat(test.channel.reasons()).containsExactlyInAnyOrder("wait not_due", "ack succeeded");
        }
    }

    @Test
    void timesWithinTheRetention_andNone_areNotCounted() {
        try (PipelineFixture test = new PipelineFixture(PipelineFixture::idOf0)) {
            test.pipeline.accept(test.delivery("a", "x", Map.of("eta", in(Duration.ofDays(6)))));
            test.pipeline.accept(test.delivery("b", "x", Map.of("expires", in(Duration.ofDays(6)))));
            test.pipeline.accept(test.delivery("c"));

            await().until(() -> test.channel.settled.size() == 3);
            assertThat(test.counts.beyondRetention).hasValue(0);
        }
    }

    @Test
    void theTasksOwnTtl_isWhatCounts() {
        TaskOptions options = TaskOptions.builder().ttl(Duration.ofMinutes(10)).build();
        try (PipelineFixture test = new PipelineFixture(PipelineFixture::idOf0, options)) {
            test.pipeline.accept(test.delivery("a", "x", Map.of("expires", in(Duration.ofMinutes(11)))));
            test.pipeline.accept(test.delivery("b", "x", Map.of("expires", in(Duration.ofMinutes(9)))));

            await().until(() -> test.channel.settled.size() == 2);
            assertThat(test.counts.beyondRetention).hasValue(1);
        }
    }
}
