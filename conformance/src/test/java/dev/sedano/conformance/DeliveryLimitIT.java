package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A quorum queue that deletes what is returned too often, and a store that keeps failing. */
final class DeliveryLimitIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final int OUTAGES = 10;
    private static final int LIMIT = 3;
    private static final List<String> WAITING = List.of("limit-a", "limit-b", "limit-c");
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @Test
    void tenOutages_threeReturnsAllowed_noDeadLetters_nothingIsLost() {
        String queue = HARNESS.queue();
        HARNESS.publisher().declare(queue, Map.of("x-queue-type", "quorum", "x-delivery-limit", LIMIT));
        TestStore store = HARNESS.own(TestStore.start());
        WorkerProcess worker = HARNESS.start(HARNESS.worker(queue)
                .backend(store.url(0))
                .concurrency(1)
                .options("--lease", "60s", "--prefetch-multiplier", "8"));
        // The only slot is taken: the others are delivered, never started, and returned in every outage.
        HARNESS.publisher().publish(queue, CeleryMessage.of("ledger.gated", "limit-gate"));
        await().atMost(PATIENCE)
                .until(() -> !HARNESS.ledger().starts("limit-gate").isEmpty());
        WAITING.forEach(key -> HARNESS.publisher().publish(queue, CeleryMessage.of("ledger.work", key, 1)));

        for (int outage = 1; outage <= OUTAGES; outage++) {
            awaitDelivered(worker);
            store.server().freeze();
            double returned = outage * (double) WAITING.size();
            await("returns of outage " + outage)
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(worker.metrics().settlements("reason=\"store_unavailable\""))
                            .isEqualTo(returned));
            store.server().thaw();
        }
        awaitDelivered(worker);
        HARNESS.ledger().open("limit-gate");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(worker.metrics().settlements("reason=\"succeeded\""))
                        .isEqualTo(1 + WAITING.size()));
        WAITING.forEach(key -> assertThat(HARNESS.ledger().starts(key)).hasSize(1));
        assertThat(worker.log())
                .contains("quorum queue \"" + queue + "\" has a delivery limit of " + LIMIT, "set_policy")
                .containsOnlyOnce("no dead-letter exchange among its arguments");
    }

    private static void awaitDelivered(WorkerProcess worker) {
        await("everything delivered")
                .atMost(PATIENCE)
                .until(() -> worker.metrics().inFlight() == 1 + WAITING.size());
    }

    @Test
    void queuesThatDeleteNothing_areNotWarnedOf() {
        String classic = HARNESS.queue();
        String deadLetters = HARNESS.queue();
        HARNESS.publisher().declare(classic, Map.of());
        HARNESS.publisher()
                .declare(
                        deadLetters,
                        Map.of("x-queue-type", "quorum", "x-delivery-limit", 5, "x-dead-letter-exchange", "elsewhere"));

        WorkerProcess worker = HARNESS.start(HARNESS.worker(classic, deadLetters));

        assertThat(worker.log()).doesNotContain("no dead-letter exchange");
    }
}
