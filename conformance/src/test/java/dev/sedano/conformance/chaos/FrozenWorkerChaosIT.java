package dev.sedano.conformance.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.chaos.ChaosLedger.Event;
import dev.sedano.conformance.chaos.ChaosLedger.Line;
import dev.sedano.conformance.harness.TestBroker;
import dev.sedano.conformance.harness.TestStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker stands still for longer than its lease while a handler runs, and wakes as a zombie. Its broker connection stays
 * open, so the second copy is a producer's duplicate; it comes by a queue that only the other worker consumes.
 */
@Tag("chaos")
class FrozenWorkerChaosIT {
    private static final int LEASE_SECONDS = 2;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final String key = "frozen-" + UUID.randomUUID();

    @TempDir
    Path folder;

    @Test
    void aZombieIsRefused() throws IOException {
        Path gate = folder.resolve("gate");
        try (TestStore store = TestStore.start();
                ChaosPublisher publisher = new ChaosPublisher(TestBroker.shared());
                ChaosWorkerProcess zombie = start("zombie", store);
                ChaosWorkerProcess heir = start("heir", store)) {
            zombie.awaitConsuming();
            heir.awaitConsuming();
            publisher.add(queue("zombie"), ChaosTasks.GATED, key, gate.toString());
            publisher.flush();
            awaitLine(Event.START, "zombie");
            publisher.add(queue("heir"), ChaosTasks.GATED, key, gate.toString());
            publisher.flush();
            zombie.freeze();
            try {
                awaitLine(Event.START, "heir");
                Files.createFile(gate);
                awaitLine(Event.COMPLETE_OK, "heir");
            } finally {
                zombie.thaw();
            }
            awaitLine(Event.STALE, "zombie");
            Awaitility.await("the zombie's delivery ends as a duplicate")
                    .atMost(LIMIT)
                    .until(() -> zombie.metrics().sum("sedano_duplicates_total") == 1);
            Awaitility.await("nothing in flight")
                    .atMost(LIMIT)
                    .until(() -> zombie.metrics().sum("sedano_in_flight") == 0);
            assertThat(zombie.metrics().sum("sedano_zombies_total")).isEqualTo(1);
            assertThat(heir.metrics().sum("sedano_takeovers_total")).isEqualTo(1);
            assertThat(publisher.waiting(queue("zombie"))).isZero();
            Judgement judgement = new Judgement(ChaosLedger.read(folder), publisher.copies()).always();
            assertThat(judgement.of(key, Event.START).stream().map(Line::ran).toList())
                    .as("announcements")
                    .isEqualTo(List.of(false, true));
        }
    }

    private ChaosWorkerProcess start(String node, TestStore store) {
        return new ChaosWorkerProcess.Settings(
                        node,
                        folder,
                        TestBroker.shared().url(),
                        store.url(0),
                        queue(node),
                        2,
                        LEASE_SECONDS,
                        Failpoint.NEVER)
                .start();
    }

    private String queue(String node) {
        return key + "-" + node;
    }

    private void awaitLine(Event event, String node) {
        Awaitility.await(event + " by the " + node)
                .atMost(LIMIT)
                .until(() -> ChaosLedger.read(folder).stream()
                        .anyMatch(line -> line.event() == event && line.worker().equals(node)));
    }
}
