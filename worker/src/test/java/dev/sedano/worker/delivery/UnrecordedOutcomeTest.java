package dev.sedano.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.task.TaskOptions;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.Kept;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.journal.Journal;
import dev.sedano.worker.journal.JournalEntry;
import dev.sedano.worker.journal.JournalEntry.FinishedRun;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A handler has ended and the store does not answer: journal first, then the next try; settled in time for the broker. */
class UnrecordedOutcomeTest {
    private final StoreException down =
            new StoreException(StoreException.Kind.CONNECT, StoreException.Effect.NONE, "down", null);

    private final PaperJournal journal = new PaperJournal();
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    /** Remembers what it was given; the test says when it is written. */
    private static final class PaperJournal implements Journal {
        final List<JournalEntry> kept = new CopyOnWriteArrayList<>();
        final List<JournalEntry> done = new CopyOnWriteArrayList<>();
        final CompletableFuture<Boolean> written = new CompletableFuture<>();

        @Override
        public Kept keep(JournalEntry entry) {
            kept.add(entry);
            return new Kept() {
                @Override
                public CompletableFuture<Boolean> durable() {
                    return written;
                }

                @Override
                public void done() {
                    done.add(entry);
                }
            };
        }

        @Override
        public int finishedRuns() {
            return kept.size() - done.size();
        }

        @Override
        public void close() {}
    }

    private PipelineFixture fixture(Duration settleWithin) {
        return new PipelineFixture(
                (context, call) -> {
                    started.countDown();
                    mayEnd.await();
                    return "done";
                },
                TaskOptions.DEFAULT,
                journal,
                settleWithin);
    }

    private void endWhileTheStoreIsDown(PipelineFixture test, String id) throws InterruptedException {
        test.pipeline.accept(test.delivery(id));
        assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();
        test.store.failWith(down);
        mayEnd.countDown();
        await().until(() -> !journal.kept.isEmpty());
    }

    @Test
    void theNextTryWaitsForTheJournal() throws Exception {
        try (PipelineFixture test = fixture(Duration.ofMinutes(28))) {
            endWhileTheStoreIsDown(test, "id");
            test.store.failWith(null);
            await().until(() -> test.checker.breaker().allowsClaims());
            assertThat(test.store.result("celery-task-meta-id")).isNull();

            journal.written.complete(true);

            await().until(() -> test.channel.reasons().equals(List.of("ack succeeded")));
            assertThat(test.store.result("celery-task-meta-id")).isNotNull();
            assertThat(journal.done).isEqualTo(journal.kept);
        }
    }

    @Test
    void aDiskThatDoesNotAnswer_keepsTheOutcomeFromTheStoreForTwoSecondsOnly() throws Exception {
        try (PipelineFixture test = fixture(Duration.ofMinutes(28))) {
            endWhileTheStoreIsDown(test, "id");
            test.store.failWith(null);

            await().until(() -> test.channel.reasons().equals(List.of("ack succeeded")));
            assertThat(journal.written).isNotDone();
        }
    }

    @Test
    void theJournalHoldsWhatAnotherWorkerNeedsToRecordIt() throws Exception {
        try (PipelineFixture test = fixture(Duration.ofMinutes(28))) {
            endWhileTheStoreIsDown(test, "id");

            assertThat(journal.kept).singleElement().isInstanceOfSatisfying(FinishedRun.class, run -> {
                assertThat(run.conclusion().taskId()).isEqualTo("id");
                assertThat(((IdempotencyStore.Completion) run.conclusion()).outcome())
                        .isEqualTo("SUCCESS");
                assertThat(run.nonce()).isNotEmpty();
                test.store.failWith(null);
                assertThat(test.store
                                .complete((IdempotencyStore.Completion) run.conclusion())
                                .join())
                        .isInstanceOf(dev.sedano.worker.idempotency.CompleteReply.Recorded.class);
            });
        }
    }

    @Test
    void whileTheStoreAnswers_nothingIsKept() {
        mayEnd.countDown();
        try (PipelineFixture test = fixture(Duration.ofMinutes(28))) {
            test.pipeline.accept(test.delivery("id"));

            await().until(() -> test.channel.reasons().equals(List.of("ack succeeded")));
            assertThat(journal.kept).isEmpty();
        }
    }

    @Test
    void beforeTheBrokerTakesTheChannel_theDeliveryIsReturned_andItsCopyIsADuplicateLater() throws Exception {
        journal.written.complete(true);
        try (PipelineFixture test = fixture(Duration.ofMillis(300))) {
            endWhileTheStoreIsDown(test, "id");
            await().until(() -> test.channel.reasons().equals(List.of("requeue unrecorded")));
            assertThat(test.pipeline.unrecorded()).isEqualTo(1);
            assertThat(test.pipeline.inFlight().size()).isZero();

            test.store.failWith(null);
            await().until(() -> test.checker.breaker().allowsClaims());
            test.pipeline.accept(test.delivery("id", "x", Map.of()));

            await().until(() -> test.channel.reasons().equals(List.of("requeue unrecorded", "ack duplicate")));
            assertThat(test.runs).as("ran once").hasSize(1);
            await().until(() -> journal.done.equals(journal.kept));
            assertThat(test.store.result("celery-task-meta-id")).isNotNull();
        }
    }

    @Test
    void atTheEndOfTheWorker_theDeliveryIsLeftUnsettled_onceTheOutcomeIsKept() throws Exception {
        try (PipelineFixture test = fixture(Duration.ofMinutes(28))) {
            endWhileTheStoreIsDown(test, "id");
            test.pipeline.giveUpRecording();
            assertThat(test.channel.settled).isEmpty();

            journal.written.complete(true);

            await().until(() -> test.channel.reasons().equals(List.of("abandoned unrecorded")));
            assertThat(journal.done).isEmpty();
        }
    }
}
