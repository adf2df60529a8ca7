package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import dev.sedano.conformance.harness.WorkerSetup;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;

/** Results and markers in two servers: the result is written first, the marker last. */
final class SeparateStoresIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final String queue = HARNESS.queue();
    private TestStore markers;
    private StoredResult results;

    @BeforeEach
    void startStores() {
        markers = HARNESS.own(TestStore.start());
        results = new StoredResult(TestStore.shared().connect(1));
    }

    @AfterEach
    void closeResults() {
        results.close();
    }

    private WorkerSetup worker() {
        return HARNESS.worker(queue)
                .backend(TestStore.shared().url(1))
                .store(markers.url(0))
                .options("--lease", "3s");
    }

    @Test
    void eachStoreHoldsItsOwn() {
        HARNESS.start(worker());
        CeleryMessage message = CeleryMessage.of("ledger.work", "two-stores", 0);

        HARNESS.publisher().publish(queue, message);

        assertThat(results.await(message.id()).get("status").stringValue()).isEqualTo("SUCCESS");
        try (Jedis redis = markers.connect(0)) {
            assertThat(redis.keys("celery-*")).isEmpty();
            assertThat(redis.keys("*:r:*")).isNotEmpty();
        }
    }

    @Test
    void crashBetweenResultAndMarker_runsAgainAnnounced() {
        WorkerProcess first = HARNESS.start(worker());
        CeleryMessage message = CeleryMessage.of("ledger.gated", "between");
        HARNESS.publisher().publish(queue, message);
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(HARNESS.ledger().starts("between")).hasSize(1));

        markers.server().stop();
        HARNESS.ledger().open("between");
        String before = results.await(message.id()).get("result").stringValue();
        first.kill9();
        markers.server().restart();
        HARNESS.start(worker());

        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(HARNESS.ledger().ends("between")).hasSize(2));
        assertThat(HARNESS.ledger().starts("between").get(1).mayHaveRunBefore()).isTrue();
        assertThat(results.await(message.id()).get("result").stringValue()).isEqualTo(before);
    }

    @Test
    void noMarkerWithoutAResult() {
        TestStore resultStore = HARNESS.own(TestStore.start());
        HARNESS.start(worker().backend(resultStore.url(0)));
        CeleryMessage message = CeleryMessage.of("ledger.gated", "no-marker");
        HARNESS.publisher().publish(queue, message);
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(HARNESS.ledger().starts("no-marker")).hasSize(1));

        resultStore.server().stop();
        HARNESS.ledger().open("no-marker");
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(HARNESS.ledger().ends("no-marker")).hasSize(1));
        await().during(Duration.ofMillis(700)).atMost(Duration.ofSeconds(2)).until(() -> !isMarkedDone());
        resultStore.server().restart();

        try (StoredResult late = new StoredResult(resultStore.connect(0))) {
            assertThat(late.await(message.id()).get("status").stringValue()).isEqualTo("SUCCESS");
        }
        await().atMost(LIMIT).until(this::isMarkedDone);
        assertThat(HARNESS.ledger().starts("no-marker")).hasSize(1);
    }

    private boolean isMarkedDone() {
        try (Jedis redis = markers.connect(0)) {
            return redis.keys("*:r:*").stream()
                    .anyMatch(record -> redis.hgetAll(record).containsValue("SUCCESS"));
        }
    }
}
