package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestBroker;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Handlers that run longer than the broker waits for an acknowledgement. */
final class LongHandlerIT {
    private static final TestBroker BROKER = TestBroker.start();

    @RegisterExtension
    static final Harness HARNESS = new Harness(BROKER);

    private static final int TIMEOUT_MILLIS = 2_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @AfterAll
    static void closeBroker() {
        BROKER.close();
    }

    /** Up to RabbitMQ 4.2 the channel is closed, from 4.3 the consumer is cancelled. */
    @Test
    void consumerTimeoutStrikesTwice_theHandlerRunsOnce_andTheLastCopyIsAcked() {
        BROKER.control(
                "eval",
                "application:set_env(rabbit, consumer_timeout, " + TIMEOUT_MILLIS + "),"
                        + " application:set_env(rabbit, channel_tick_interval, 500).");
        String queue = HARNESS.queue();
        HARNESS.publisher().declare(queue, Map.of("x-queue-type", "quorum"));
        WorkerProcess worker =
                HARNESS.start(HARNESS.worker(queue).backend(TestStore.shared().url(0)));

        HARNESS.publisher().publish(queue, CeleryMessage.of("ledger.gated", "long"));
        await("two timeouts")
                .atMost(PATIENCE)
                .until(() -> worker.metrics().settlements("reason=\"channel_closed\"") >= 2);
        await("delivered again").atMost(PATIENCE).until(() -> worker.metrics().inFlight() == 1);
        HARNESS.ledger().open("long");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(worker.metrics().settlements("outcome=\"ack\"", "reason=\"attached\""))
                        .isEqualTo(1));
        assertThat(worker.log())
                .as("how the broker took the delivery away")
                .containsPattern("channel closed with 1 unsettled|the broker cancelled a consumer of queue");
        assertThat(HARNESS.ledger().starts("long")).hasSize(1);
        assertThat(HARNESS.ledger().ends("long")).hasSize(1);
        assertThat(worker.metrics().sum("sedano_duplicates_total")).isZero();
        assertThat(worker.metrics().sum("sedano_takeovers_total")).isZero();
    }
}
