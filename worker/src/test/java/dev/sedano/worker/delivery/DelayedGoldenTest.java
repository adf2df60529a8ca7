package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.worker.protocol.Golden;
import dev.sedano.worker.protocol.MessageProperties;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Captured messages with an eta, some of which came through Celery's delay queues, are taken when they arrive as captured. */
class DelayedGoldenTest {
    /** Longer than the 60 s that a worker keeps what is not due. */
    private static final String FAR = "delayed_long_park";

    /** Of {@code delayed_fraction} and {@code quorum_direct_countdown}, which Celery's worker holds as well. */
    private static final Duration HELD_MOST = Duration.ofSeconds(2);

    static List<String> names() {
        return Golden.names("delayed");
    }

    @ParameterizedTest
    @MethodSource("names")
    void whatArrivesAsCaptured_isNotMovedAgain_andEndsAtItsTime(String name) {
        JsonNode golden = Golden.read("delayed", name);
        JsonNode published = golden.get("published").get(0);
        Instant eta = time(published, "eta");
        try (PipelineFixture test = new PipelineFixture((context, call) -> 3)) {
            boolean far = name.equals(FAR);
            Instant arrival = far ? eta.minus(countdown(golden)) : arrival(golden);
            test.clock.forward(Duration.between(test.clock.instant(), arrival));

            test.pipeline.accept(delivery(test, published, golden));

            if (far) {
                assertThat(test.channel.settled)
                        .extracting(RecordingChannel.Settled::settlement)
                        .containsExactly(new Settlement.Delay(eta));
                return;
            }
            boolean expires = published.get("headers").get("expires").isString();
            assertThat(test.channel.reasons()).doesNotContain("wait not_due");
            if (test.channel.settled.isEmpty() && test.pipeline.inFlight().held() == 1) {
                assertThat(Duration.between(arrival, eta)).as("what is held").isBetween(Duration.ZERO, HELD_MOST);
                test.clock.forward(Duration.between(test.clock.instant(), eta));
                test.pipeline.inFlight().release(all -> true);
            }
            await().until(() -> test.channel.settled.size() == 1);
            assertThat(test.channel.reasons()).containsExactly(expires ? "ack expired" : "ack succeeded");
            assertThat(test.runs).hasSize(expires ? 0 : 1);
        }
    }

    /** When Celery's worker told of it. */
    private static Instant arrival(JsonNode golden) {
        double seconds = golden.get("events").get(0).get("timestamp").doubleValue();
        return Instant.ofEpochMilli(Math.round(seconds * 1000));
    }

    private static Duration countdown(JsonNode golden) {
        String call = golden.get("how_produced").stringValue();
        return Duration.ofSeconds(Long.parseLong(call.replaceAll(".*countdown=(\\d+).*", "$1")));
    }

    private static Instant time(JsonNode published, String header) {
        return OffsetDateTime.parse(published.get("headers").get(header).stringValue())
                .toInstant();
    }

    /** As it came from the queue, under the name of the fixture's task. */
    private static Delivery delivery(PipelineFixture test, JsonNode published, JsonNode golden) {
        MessageProperties sent = Golden.properties(published);
        Map<String, @Nullable Object> headers = new LinkedHashMap<>(sent.headers());
        headers.put("task", "test.run");
        Delivery plain = test.delivery("unused");
        JsonNode deliveries = golden.get("deliveries");
        return new Delivery(
                deliveries.isEmpty() ? "celery" : deliveries.get(0).get("queue").stringValue(),
                published.get("exchange").stringValue(),
                published.get("routing_keys").get(0).stringValue(),
                plain.tag(),
                false,
                new MessageProperties(
                        sent.contentType(),
                        sent.contentEncoding(),
                        sent.correlationId(),
                        sent.replyTo(),
                        sent.expiration(),
                        sent.priority(),
                        headers),
                Golden.body(published),
                plain.channel());
    }
}
