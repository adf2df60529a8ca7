package dev.sedano.conformance.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.conformance.chaos.ChaosLedger.Event;
import dev.sedano.conformance.harness.TestBroker;
import dev.sedano.conformance.harness.TestStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker is killed with finished work that the store has not taken. Its journal is what is left of it. */
@Tag("chaos")
class JournalChaosIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int LEASE_SECONDS = 5;
    private static final int BLOCKED = 3;

    private final String queue = "journal-" + UUID.randomUUID();

    @TempDir
    Path folder;

    @Test
    void finishedWorkIsRecordedByTheNextStart_andDoesNotRunAgain() {
        try (TestStore store = TestStore.start();
                ChaosPublisher publisher = published()) {
            dieUnrecorded(store);
            store.server().restart();
            try (ChaosWorkerProcess again = start("victim", store)) {
                awaitSettled(publisher, again);

                assertThat(again.metrics().sum("sedano_journal_replayed_total", "result=\"recorded\""))
                        .isEqualTo(1);
                assertThat(again.metrics().sum("sedano_duplicates_total")).isEqualTo(1);
                assertThat(again.metrics().sum("sedano_journal_left")).isZero();
            }
            new Judgement(ChaosLedger.read(folder), publisher.copies()).always().ranEachKeyOnce();
            assertThat(journals()).as("nothing is left to replay").isZero();
        }
    }

    @Test
    void theNextStartWaitsForTheStore_beforeItConsumes() {
        try (TestStore store = TestStore.start();
                ChaosPublisher publisher = published()) {
            dieUnrecorded(store);
            try (ChaosWorkerProcess again = start("victim", store)) {
                Awaitility.await("connected, with the journal in its hands")
                        .atMost(LIMIT)
                        .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                        .until(() -> again.metrics().sum("sedano_broker_up") == 1
                                && again.metrics().sum("sedano_journal_left") == 1);
                assertThat(again.metrics().sum("sedano_consuming")).isZero();
                store.server().restart();
                awaitSettled(publisher, again);
            }
            new Judgement(ChaosLedger.read(folder), publisher.copies()).always().ranEachKeyOnce();
        }
    }

    /** The window that a journal cannot close: the second run is announced, the first one's outcome is dropped. */
    @Test
    void workThatAnotherWorkerTookOverFirst_isStale() {
        try (TestStore store = TestStore.start();
                ChaosPublisher publisher = published()) {
            dieUnrecorded(store);
            store.server().restart();
            try (ChaosWorkerProcess taker = start("taker", store)) {
                awaitSettled(publisher, taker);
                try (ChaosWorkerProcess again = start("victim", store).awaitConsuming()) {
                    assertThat(again.metrics().sum("sedano_journal_replayed_total", "result=\"stale\""))
                            .isEqualTo(1);
                }
            }
            Judgement judgement = new Judgement(ChaosLedger.read(folder), publisher.copies()).always();
            assertThat(judgement.of(queue, Event.START))
                    .extracting(ChaosLedger.Line::ran)
                    .containsExactly(false, true);
            assertThat(judgement.of(queue, Event.COMPLETE_OK)).hasSize(1);
        }
    }

    /** Blocks are judged by the completions that follow, also when their worker does not live to report them. */
    @Test
    void blocksOfAKilledWorkerAreJudged() {
        try (TestStore store = TestStore.start();
                ChaosPublisher publisher = published()) {
            try (ChaosWorkerProcess victim = start("victim", store).awaitConsuming()) {
                publisher.add(queue, ChaosTasks.GATED, queue + "-2", gate().toString());
                publisher.flush();
                awaitStarts(2);
                for (int i = 0; i < BLOCKED; i++) {
                    publisher.add(queue, ChaosTasks.WORK, queue + "-blocked-" + i, 1);
                }
                publisher.flush();
                Awaitility.await("they wait for a slot")
                        .atMost(LIMIT)
                        .until(() -> victim.metrics().sum("sedano_in_flight") == 2 + BLOCKED);
                store.server().kill();
                Awaitility.await("the blocks are in the journal")
                        .atMost(LIMIT)
                        .until(() -> victim.metrics().sum("sedano_journal_written_total") == BLOCKED);
                victim.kill();
            }
            openGate();
            store.server().restart();
            try (ChaosWorkerProcess again = start("victim", store)) {
                awaitSettled(publisher, again);

                assertThat(again.metrics().sum("sedano_journal_replayed_total", "result=\"reported\""))
                        .isEqualTo(BLOCKED);
                assertThat(again.metrics().sum("sedano_false_positives_total")).isEqualTo(BLOCKED);
                assertThat(again.metrics().sum("sedano_blocks_unreported_total"))
                        .isZero();
            }
            Judgement judgement = new Judgement(ChaosLedger.read(folder), publisher.copies()).always();
            assertThat(judgement.falsePositives()).isEqualTo(BLOCKED);
        }
    }

    private ChaosPublisher published() {
        ChaosPublisher publisher = new ChaosPublisher(TestBroker.shared());
        publisher.declare(queue, Map.of());
        publisher.add(queue, ChaosTasks.GATED, queue, gate().toString());
        publisher.flush();
        return publisher;
    }

    private Path gate() {
        return folder.resolve("gate");
    }

    private ChaosWorkerProcess start(String node, TestStore store) {
        return new ChaosWorkerProcess.Settings(
                        node, folder, TestBroker.shared().url(), store.url(0), queue, 2, LEASE_SECONDS, Failpoint.NEVER)
                .start();
    }

    /** SIGKILL after the journal was written, while the store is down; the store stays down. */
    private void dieUnrecorded(TestStore store) {
        try (ChaosWorkerProcess victim = start("victim", store).awaitConsuming()) {
            awaitStarts(1);
            store.server().kill();
            openGate();
            Awaitility.await("its outcome is in the journal")
                    .atMost(LIMIT)
                    .until(() -> victim.metrics().sum("sedano_journal_written_total") == 1);
            victim.kill();
        }
        assertThat(journals()).isEqualTo(1);
    }

    private void awaitStarts(int handlers) {
        Awaitility.await("handlers run")
                .atMost(LIMIT)
                .until(() -> ChaosLedger.read(folder).stream()
                                .filter(line -> line.event() == Event.START)
                                .count()
                        == handlers);
    }

    private void openGate() {
        try {
            Files.createFile(gate());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long journals() {
        try (var files = Files.list(folder.resolve("victim.state").resolve("journal"))) {
            return files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitSettled(ChaosPublisher publisher, ChaosWorkerProcess worker) {
        worker.awaitConsuming();
        Awaitility.await("everything is settled").atMost(LIMIT).untilAsserted(() -> {
            assertThat(publisher.waiting(queue)).isZero();
            assertThat(worker.metrics().sum("sedano_in_flight")).isZero();
            assertThat(worker.metrics().sum("sedano_deliveries_total")).isPositive();
            assertThat(worker.metrics().sum("sedano_settlements_total"))
                    .isEqualTo(worker.metrics().sum("sedano_deliveries_total"));
        });
    }
}
