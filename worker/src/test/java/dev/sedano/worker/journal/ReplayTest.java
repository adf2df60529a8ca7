package dev.sedano.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.worker.idempotency.BlockedDelivery;
import dev.sedano.worker.idempotency.CheckerEvents;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.idempotency.IdempotencyStore.Claim;
import dev.sedano.worker.idempotency.IdempotencyStore.Completion;
import dev.sedano.worker.idempotency.IdempotencyStore.ResultWrite;
import dev.sedano.worker.idempotency.InMemoryIdempotencyStore;
import dev.sedano.worker.idempotency.PriorRun;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.journal.JournalEntry.FinishedRun;
import dev.sedano.worker.journal.JournalEntry.UnreportedBlock;
import dev.sedano.worker.journal.JournalEvents.Replayed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker does with the journal of one that died. */
class ReplayTest {
    private final StoreException down =
            new StoreException(StoreException.Kind.CONNECT, StoreException.Effect.NONE, "down", null);

    private final InMemoryIdempotencyStore store = new InMemoryIdempotencyStore();
    private final Journaled events = new Journaled();
    private final Verdicts verdicts = new Verdicts();
    private final Steps steps = new Steps();
    private final AtomicBoolean storeAnswers = new AtomicBoolean(true);
    private final CountDownLatch through = new CountDownLatch(1);

    @TempDir
    Path state;

    private static final class Verdicts implements CheckerEvents {
        @Override
        public void answeredFromMemory() {}

        @Override
        public void unprotectedRun() {}

        final AtomicInteger falsePositives = new AtomicInteger();
        final AtomicInteger truePositives = new AtomicInteger();

        @Override
        public void blocked() {}

        @Override
        public void falsePositive(Duration delay) {
            falsePositives.incrementAndGet();
        }

        @Override
        public void truePositive() {
            truePositives.incrementAndGet();
        }

        @Override
        public void unreported() {}

        @Override
        public void zombie() {}

        @Override
        public void takeover(PriorRun priorRun) {}

        @Override
        public void storeFailed(StoreException.Kind kind) {}
    }

    /** Says what was done around the marker, and whether the marker was there. */
    private final class Steps implements ReplaySteps {
        final List<String> done = new CopyOnWriteArrayList<>();
        volatile @Nullable RuntimeException failBefore;
        volatile @Nullable RuntimeException failAfter;

        @Override
        public CompletableFuture<?> beforeMarker(FinishedRun run) {
            return step("before", run, failBefore);
        }

        @Override
        public CompletableFuture<?> afterMarker(FinishedRun run) {
            return step("after", run, failAfter);
        }

        private CompletableFuture<?> step(String name, FinishedRun run, @Nullable RuntimeException failure) {
            if (failure != null) {
                return CompletableFuture.failedFuture(failure);
            }
            ResultWrite marker = ((IdempotencyStore.Completion) run.conclusion()).result();
            boolean marked = marker != null && store.result(marker.key()) != null;
            done.add(name + (marked ? " marked" : " unmarked"));
            return CompletableFuture.completedFuture(true);
        }
    }

    private static Claim claim(TaskKey key, String nonce) {
        return new Claim(
                key,
                nonce,
                0,
                "f",
                key.key(),
                Duration.ofSeconds(30),
                Duration.ofDays(7),
                false,
                "w",
                AfterLeaseLoss.RERUN,
                3);
    }

    private FinishedRun claimedAndRun(String id) {
        TaskKey key = TaskKey.ofTaskId(id);
        ClaimReply.Granted grant =
                (ClaimReply.Granted) store.claim(claim(key, "n-" + id)).join();
        return new FinishedRun(
                "n-" + id,
                new Completion(
                        key,
                        grant.token(),
                        0,
                        "f",
                        id,
                        "SUCCESS",
                        Duration.ofDays(7),
                        grant.claimedAt(),
                        new ResultWrite("result-" + id, Entries.RECORD, null),
                        null,
                        null,
                        false),
                null);
    }

    private ClaimReply secondCopy(String id) {
        return store.claim(claim(TaskKey.ofTaskId(id), "second")).join();
    }

    private void leave(JournalEntry... entries) {
        FileJournal journal = new FileJournal(new JournalFolder(state, "dead@host"), 1 << 20, events);
        journal.start();
        for (JournalEntry entry : entries) {
            var unused = journal.keep(entry);
        }
        journal.close();
    }

    private Replay replay() {
        Replay replay = new Replay(store, storeAnswers::get, failure -> {}, steps, verdicts, events);
        if (replay.take(new JournalFolder(state, "new@host"))) {
            replay.start(through::countDown);
        } else {
            through.countDown();
        }
        return replay;
    }

    private void awaitThrough() throws InterruptedException {
        assertThat(through.await(20, TimeUnit.SECONDS)).isTrue();
    }

    private long files() throws IOException {
        try (var all = Files.list(state.resolve("journal"))) {
            return all.count();
        }
    }

    @Test
    void finishedRun_isRecorded_resultFirst_andItsCopyIsADuplicate() throws Exception {
        leave(claimedAndRun("a"), claimedAndRun("b"));

        Replay replay = replay();
        awaitThrough();

        assertThat(secondCopy("a")).isInstanceOf(ClaimReply.Duplicate.class);
        assertThat(secondCopy("b")).isInstanceOf(ClaimReply.Duplicate.class);
        assertThat(steps.done).containsExactly("before unmarked", "after marked", "before unmarked", "after marked");
        assertThat(events.replayed).containsExactly(Replayed.RECORDED, Replayed.RECORDED);
        assertThat(replay.leftRuns()).isZero();
        await().until(() -> files() == 0);
    }

    @Test
    void runThatAnotherWorkerTookOver_isStaleAndChangesNothing() throws Exception {
        FinishedRun run = claimedAndRun("a");
        store.advance(Duration.ofSeconds(31));
        assertThat(secondCopy("a")).isInstanceOf(ClaimReply.Granted.class);
        leave(run);

        var unused = replay();
        awaitThrough();

        assertThat(events.replayed).containsExactly(Replayed.STALE);
        assertThat(store.result("result-a")).isNull();
        assertThat(steps.done).containsExactly("before unmarked");
    }

    @Test
    void whileTheStoreIsDown_nothingIsConsumed() throws Exception {
        leave(claimedAndRun("a"));
        store.failWith(down);
        try (Replay replay = replay()) {
            assertThat(through.await(600, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(replay.leftRuns()).isEqualTo(1);

            store.failWith(null);

            awaitThrough();
        }
        assertThat(secondCopy("a")).isInstanceOf(ClaimReply.Duplicate.class);
    }

    @Test
    void aWorkerThatEndsMeanwhile_leavesTheRestToTheNext() throws Exception {
        leave(claimedAndRun("a"));
        storeAnswers.set(false);
        Replay first = replay();
        assertThat(files()).isEqualTo(1);
        first.close();
        assertThat(through.getCount()).as("not through").isEqualTo(1);

        storeAnswers.set(true);
        var unused = replay();
        awaitThrough();

        assertThat(events.replayed).containsExactly(Replayed.RECORDED);
    }

    /** A crash between marker and announcement: the next replay is told that the marker is there, and announces. */
    @Test
    void aRunWhoseCallerWasNotTold_staysInTheJournal() throws Exception {
        leave(claimedAndRun("a"));
        steps.failAfter = down;
        Replay first = replay();
        await().until(() -> store.result("result-a") != null);
        first.close();
        assertThat(files()).isEqualTo(1);
        steps.failAfter = null;

        var unused = replay();
        awaitThrough();

        assertThat(steps.done).endsWith("after marked");
        assertThat(events.replayed).containsExactly(Replayed.RECORDED);
    }

    @Test
    void anEntryThatTheStoreRefusesForEver_doesNotStopTheWorker() throws Exception {
        leave(claimedAndRun("a"));
        store.failWith(new StoreException(StoreException.Kind.SCRIPT, StoreException.Effect.UNKNOWN, "a defect", null));
        var unused = replay();

        awaitThrough();

        assertThat(events.replayed).containsExactly(Replayed.REFUSED);
        assertThat(files()).as("it stays there").isEqualTo(1);
    }

    @Test
    void blocks_areReportedAndCounted() throws Exception {
        FinishedRun run = claimedAndRun("a");
        TaskKey key = TaskKey.ofTaskId("a");
        long claimed = ((IdempotencyStore.Completion) run.conclusion()).claimedAt();
        leave(
                run,
                new UnreportedBlock(new BlockedDelivery("after the claim", key, 0, claimed + 1)),
                new UnreportedBlock(new BlockedDelivery("before the claim", key, 0, claimed - 1)));

        var unused = replay();
        awaitThrough();

        assertThat(verdicts.falsePositives).hasValue(1);
        assertThat(verdicts.truePositives).hasValue(1);
        assertThat(events.replayed).containsExactly(Replayed.RECORDED, Replayed.REPORTED, Replayed.REPORTED);
    }

    @Test
    void withoutAJournal_consumingBeginsAtOnce() {
        var unused = replay();

        assertThat(through.getCount()).isZero();
    }
}
