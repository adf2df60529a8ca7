package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestBroker;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** All connections are lost, remote control's among them. */
final class ControlReconnectIT {
    private static final TestBroker BROKER = TestBroker.start();

    @RegisterExtension
    static final Harness HARNESS = new Harness(BROKER);

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @AfterAll
    static void stopBroker() {
        BROKER.close();
    }

    @Test
    void controlComesBack_andRemembersWhatItWasTold() {
        String queue = HARNESS.queue();
        String added = HARNESS.queue();
        String gone = HARNESS.queue();
        String node = "again@" + queue;
        RemoteControl control = new RemoteControl(
                new CelerySession(BROKER.url(), TestStore.shared().url(0), queue), node);
        Map<String, List<String>> here = Map.of("destination", List.of(node));
        WorkerProcess worker = HARNESS.start(HARNESS.worker(queue, gone).node(node));
        await().atMost(LIMIT).until(() -> control.answers(here));
        control.ok("add_consumer", Map.of("queue", added));
        control.ok("cancel_consumer", Map.of("queue", gone));
        await().atMost(LIMIT).until(() -> HARNESS.publisher().consumers(added) > 0);

        HARNESS.closeConnections();

        await().atMost(LIMIT).until(() -> HARNESS.publisher().consumers(added) > 0);
        HARNESS.publisher().publish(added, CeleryMessage.of("ledger.work", added, 0));
        await().atMost(LIMIT).until(() -> HARNESS.ledger().ends(added).size() == 1);
        assertThat(HARNESS.publisher().consumers(gone)).isZero();
        await().atMost(LIMIT).until(() -> control.answers(here));
        assertThat(worker.isReady()).isTrue();
    }
}
