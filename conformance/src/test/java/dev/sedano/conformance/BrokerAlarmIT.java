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

/** A broker that is short of memory takes no messages, and still gives and forgets them. */
final class BrokerAlarmIT {
    private static final TestBroker BROKER = TestBroker.start();

    @RegisterExtension
    static final Harness HARNESS = new Harness(BROKER);

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @AfterAll
    static void closeBroker() {
        BROKER.close();
    }

    @Test
    void replyWaitsForTheEndOfTheAlarm_andHealthSaysWhy() {
        String queue = HARNESS.queue();
        String replies = HARNESS.queue();
        HARNESS.publisher().declare(replies, Map.of());
        WorkerProcess worker = HARNESS.start(
                HARNESS.worker(queue).backend("rpc://").store(TestStore.shared().url(0)));
        CeleryMessage message = CeleryMessage.of("ledger.gated", "alarm").replyTo(replies);
        HARNESS.publisher().publish(queue, message);
        await().atMost(PATIENCE).until(() -> !HARNESS.ledger().starts("alarm").isEmpty());

        BROKER.control("set_vm_memory_high_watermark", "0");
        HARNESS.ledger().open("alarm");

        await("the worker is told")
                .atMost(PATIENCE)
                .until(() -> worker.metrics().sum("sedano_broker_blocked") == 1);
        assertThat(worker.health()).contains("the broker takes no messages");
        assertThat(worker.isReady()).isTrue();
        assertThat(worker.metrics().inFlight()).isEqualTo(1);
        assertThat(worker.log()).contains("the broker blocks publishing");

        BROKER.control("set_vm_memory_high_watermark", "0.4");

        HARNESS.publisher().take(replies, PATIENCE);
        await().atMost(PATIENCE).until(() -> worker.metrics().inFlight() == 0);
        assertThat(worker.metrics().sum("sedano_broker_blocked")).isZero();
        assertThat(worker.health()).isEqualTo("ready");
    }
}
