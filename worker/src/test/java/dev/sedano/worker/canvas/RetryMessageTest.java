package dev.sedano.worker.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sedano.task.Retry;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.Decoded;
import dev.sedano.worker.protocol.MessageDecoder;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.protocol.PayloadForm;
import dev.sedano.worker.protocol.TaskMessage;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a retry may change, and what it keeps (Celery's {@code Task.retry(**options)}). */
class RetryMessageTest {
    private static final CeleryJson JSON = new CeleryJson();
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private final FollowUps followUps = new FollowUps(
            JSON,
            Clock.fixed(NOW, ZoneOffset.UTC),
            "gen1@test",
            new Router("celery", Map.of("fan", new Router.Queue("fan.x", false, "fan.key")), List.of()),
            PayloadForm.DEFAULT);

    @Test
    void nothingChanged_keepsTheRouteAndAllItSaid() {
        OutgoingMessage next = retried(Retry.in(Duration.ofSeconds(5)));

        assertThat(next.exchange()).isEqualTo("orders");
        assertThat(next.routingKey()).isEqualTo("eu.new");
        assertThat(next.properties().priority()).isEqualTo(3);
        assertThat(next.properties().headers())
                .containsEntry("eta", "2026-01-02T03:04:10+00:00")
                .containsEntry("tenant", "a")
                .containsEntry("timelimit", List.of(30, 20))
                .containsEntry("expires", "2026-01-02T04:00:00+00:00");
    }

    @Test
    void queuesAreAddressedAsTheirDefinitionSays() {
        assertThat(retried(Retry.in(Duration.ZERO).to("slow"))).satisfies(next -> {
            assertThat(next.exchange()).isEmpty();
            assertThat(next.routingKey()).isEqualTo("slow");
        });
        assertThat(retried(Retry.in(Duration.ZERO).to("fan"))).satisfies(next -> {
            assertThat(next.exchange()).isEqualTo("fan.x");
            assertThat(next.routingKey()).isEqualTo("fan.key");
        });
        assertThat(retried(Retry.in(Duration.ZERO).to("x", "k"))).satisfies(next -> {
            assertThat(next.exchange()).isEqualTo("x");
            assertThat(next.routingKey()).isEqualTo("k");
        });
    }

    @Test
    void priority_life_limitsAndHeadersOfOnesOwn() {
        OutgoingMessage next = retried(Retry.in(Duration.ZERO)
                .priority(9)
                .expires(Duration.ofSeconds(90))
                .timeLimits(Duration.ofSeconds(60), null)
                .headers(Map.of("region", "eu")));

        assertThat(next.properties().priority()).isEqualTo(9);
        assertThat(next.properties().expiration()).isEqualTo("90000");
        assertThat(next.properties().headers())
                .containsEntry("expires", "2026-01-02T03:05:35+00:00")
                .containsEntry("timelimit", Arrays.asList(60L, null))
                .containsEntry("region", "eu")
                .containsEntry("idempotency_key", "order-1")
                .doesNotContainKey("tenant");
    }

    @Test
    void aMessageOfProtocol1_keepsItsTimeLimits() {
        byte[] body = JSON.encode(Map.of("task", "t", "id", "i", "args", List.of(), "timelimit", List.of(30, 20)));
        MessageProperties properties =
                new MessageProperties("application/json", "utf-8", "i", null, null, null, Map.of());

        OutgoingMessage next = followUps.retry(
                decoded(properties, body),
                new FollowUps.Origin("", "q", "q", properties, body),
                Retry.in(Duration.ZERO),
                Map.of());

        assertThat(next.properties().headers().get("timelimit")).hasToString("[30, 20]");
    }

    @Test
    void whatNoRetryCanChange_isRefused() {
        assertThatThrownBy(() -> new Retry(Duration.ZERO, null, null, null, null, Map.of("task_id", "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"task_id\"")
                .hasMessageContaining("queue");
        assertThatThrownBy(() -> Retry.in(Duration.ZERO).priority(256)).hasMessageContaining("256");
        assertThatThrownBy(() -> Retry.in(Duration.ZERO).expires(Duration.ofSeconds(-1)))
                .hasMessageContaining("expires");
    }

    private OutgoingMessage retried(Retry retry) {
        byte[] body = "[[], {}, {}]".getBytes(StandardCharsets.UTF_8);
        Map<String, @Nullable Object> headers = new HashMap<>(Map.of(
                "task", "t", "id", "i", "tenant", "a", "timelimit", List.of(30, 20), "idempotency_key", "order-1"));
        headers.put("expires", "2026-01-02T04:00:00+00:00");
        MessageProperties properties = new MessageProperties("application/json", "utf-8", "i", null, null, 3, headers);
        return followUps.retry(
                decoded(properties, body),
                new FollowUps.Origin("orders", "eu.new", "q", properties, body),
                retry,
                Map.of("idempotency_key", "order-1"));
    }

    private static TaskMessage decoded(MessageProperties properties, byte[] body) {
        return ((Decoded.Task) new MessageDecoder(JSON).decode(properties, body)).message();
    }
}
