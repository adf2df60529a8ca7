package dev.sedano.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.Harness;
import dev.sedano.conformance.harness.TestStore;
import dev.sedano.conformance.harness.WorkerProcess;
import dev.sedano.conformance.harness.WorkerSetup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What SIGTERM does to work that runs, that waits, and that is done but not recorded. */
final class ShutdownIT {
    @RegisterExtension
    static final Harness HARNESS = new Harness();

    private static final Duration LIMIT = Duration.ofSeconds(40);

    private final String queue = HARNESS.queue();

    private WorkerSetup oneSlot() {
        return HARNESS.worker(queue).concurrency(1).options("--lease", "3s", "--prefetch-multiplier", "8");
    }

    private static void awaitStart(String work, int times) {
        await("start of " + work)
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(HARNESS.ledger().starts(work)).hasSize(times));
    }

    @Test
    void sigterm_finishesWhatRuns_andReturnsTheRest() {
        WorkerProcess worker = HARNESS.start(oneSlot());
        List<CeleryMessage> messages = new ArrayList<>(List.of(CeleryMessage.of("ledger.gated", "warm")));
        for (int i = 0; i < 3; i++) {
            messages.add(CeleryMessage.of("ledger.work", "warm-rest-" + i, 0));
        }
        HARNESS.publisher().publish(queue, messages);
        awaitStart("warm", 1);
        await().atMost(LIMIT).until(() -> worker.metrics().inFlight() == 4);

        worker.term();

        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(worker.metrics().settlements("outcome=\"requeue\"", "reason=\"shutdown\""))
                                .isEqualTo(3));
        assertThat(worker.health()).isEqualTo("stopping");
        assertThat(HARNESS.publisher().ready(queue)).isEqualTo(3);
        HARNESS.ledger().open("warm");
        assertThat(worker.awaitExit(LIMIT)).isZero();
        assertThat(HARNESS.ledger().ends("warm")).hasSize(1);

        HARNESS.start(oneSlot());

        for (int i = 0; i < 3; i++) {
            awaitStart("warm-rest-" + i, 1);
            assertThat(HARNESS.ledger().starts("warm-rest-" + i).get(0).mayHaveRunBefore())
                    .as("returned before it ran")
                    .isFalse();
        }
        assertThat(HARNESS.ledger().starts("warm")).hasSize(1);
    }

    @Test
    void secondSigterm_cutsShort_andTheWorkComesAgainAnnounced() {
        WorkerProcess worker = HARNESS.start(oneSlot());
        HARNESS.publisher().publish(queue, CeleryMessage.of("ledger.gated", "cold"));
        awaitStart("cold", 1);

        worker.term();
        await().atMost(LIMIT).until(() -> worker.health().equals("stopping"));
        worker.term();

        assertThat(worker.awaitExit(Duration.ofSeconds(10))).isZero();
        assertThat(HARNESS.ledger().ends("cold")).isEmpty();
        HARNESS.start(oneSlot());
        awaitStart("cold", 2);
        assertThat(HARNESS.ledger().starts("cold").get(1).mayHaveRunBefore()).isTrue();
        HARNESS.ledger().open("cold");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(HARNESS.ledger().ends("cold")).hasSize(1));
    }

    @Test
    void outcomeThatTheStoreDoesNotTake_isInTheJournal() throws IOException {
        TestStore store = HARNESS.own(TestStore.start());
        WorkerProcess worker = HARNESS.start(oneSlot().backend(store.url(0)).options("--shutdown-timeout", "2s"));
        CeleryMessage message = CeleryMessage.of("ledger.gated", "unrecorded");
        HARNESS.publisher().publish(queue, message);
        awaitStart("unrecorded", 1);
        HARNESS.mayHold(queue);

        store.server().stop();
        HARNESS.ledger().open("unrecorded");
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(HARNESS.ledger().ends("unrecorded")).hasSize(1));
        worker.term();

        assertThat(worker.awaitExit(LIMIT)).isEqualTo(3);
        Path journal;
        try (var files = Files.list(worker.folder().resolve("state/journal"))) {
            journal = files.findFirst().orElseThrow();
        }
        assertThat(Files.readString(journal, StandardCharsets.ISO_8859_1)).contains(message.id(), "SUCCESS");
        assertThat(Files.getPosixFilePermissions(journal)).hasSize(2);
        assertThat(worker.log()).contains(message.id());
        await("the message is still there")
                .atMost(LIMIT)
                .until(() -> HARNESS.publisher().ready(queue) == 1);

        store.server().restart();
        WorkerProcess next = HARNESS.start(oneSlot()
                .backend(store.url(0))
                .options("--state-dir", worker.folder().resolve("state").toString()));

        await("its copy is a duplicate")
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(next.metrics().settlements("outcome=\"ack\"", "reason=\"duplicate\""))
                        .isEqualTo(1));
        assertThat(HARNESS.ledger().starts("unrecorded")).hasSize(1);
    }
}
