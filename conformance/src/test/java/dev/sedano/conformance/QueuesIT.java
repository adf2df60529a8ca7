package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.WorkerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One worker, a quorum queue and a classic one. */
final class QueuesIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final String CLASSIC = HARNESS.queue();
    private static final String QUORUM = HARNESS.queue();
    private static final int EACH = 20;

    private static WorkerProcess worker;

    @BeforeAll
    static void startWorker() {
        HARNESS.publisher().declare(QUORUM, Map.of("x-queue-type", "quorum"));
        worker = HARNESS.start(HARNESS.worker(CLASSIC, QUORUM));
    }

    @Test
    void bothAreConsumed() {
        for (String queue : List.of(CLASSIC, QUORUM)) {
            List<CeleryMessage> messages = new ArrayList<>();
            for (int i = 0; i < EACH; i++) {
                messages.add(CeleryMessage.of("ledger.work", queue, 0));
            }
            HARNESS.publisher().publish(queue, messages);
        }

        for (String queue : List.of(CLASSIC, QUORUM)) {
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(
                            () -> assertThat(HARNESS.ledger().ends(queue)).hasSize(EACH));
            assertThat(worker.metrics().sum("sedano_deliveries_total", "queue=\"" + queue + "\""))
                    .isEqualTo(EACH);
        }
        assertThat(HARNESS.ledger().entries()).hasSize(4 * EACH).noneMatch(entry -> entry.mayHaveRunBefore());
    }
}
