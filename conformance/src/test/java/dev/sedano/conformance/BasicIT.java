package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The first things a user does. */
final class BasicIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final String QUEUE = HARNESS.queue();

    @BeforeAll
    static void startWorker() {
        HARNESS.start(HARNESS.worker(QUEUE));
    }

    @Test
    void aPublishedTaskRunsOnce() {
        HARNESS.publisher().publish(QUEUE, CeleryMessage.of("ledger.work", "first", 0));

        await().untilAsserted(() -> assertThat(HARNESS.ledger().ends("first")).hasSize(1));
    }
}
