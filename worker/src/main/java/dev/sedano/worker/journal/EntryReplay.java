package dev.sedano.worker.journal;

import dev.sedano.worker.idempotency.CheckerEvents;
import dev.sedano.worker.idempotency.CompleteReply;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.IdempotencyStore.Completion;
import dev.sedano.worker.idempotency.IdempotencyStore.Conclusion;
import dev.sedano.worker.idempotency.IdempotencyStore.HandOff;
import dev.sedano.worker.idempotency.IdempotencyStore.Parking;
import dev.sedano.worker.idempotency.RenewReply;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.journal.JournalEntry.FinishedRun;
import dev.sedano.worker.journal.JournalEntry.UnreportedBlock;
import dev.sedano.worker.journal.JournalEvents.Replayed;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the store of one entry of a journal. While the store is away it waits. What another worker took over meanwhile is
 * counted and dropped: its run is the one that counts. Used by one thread.
 */
final class EntryReplay {
    private static final Logger LOG = LoggerFactory.getLogger(EntryReplay.class);
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final int MOST_REFUSALS = 5;

    /** How the replay lets time pass; a simulation has a time of its own. */
    interface Waiting {
        /** What the future brings, as {@code Future.get} does. */
        <T> T answerOf(CompletableFuture<T> future) throws InterruptedException, ExecutionException;

        /** False in the place of {@code step} once the time is over. */
        CompletableFuture<Boolean> within(Duration most, CompletableFuture<Boolean> step);

        /** @throws InterruptedException if this worker ends */
        void pause(Duration time) throws InterruptedException;
    }

    private final IdempotencyStore store;
    private final BooleanSupplier storeAnswers;
    private final Consumer<StoreException> storeFailed;
    private final ReplaySteps steps;
    private final CheckerEvents verdicts;
    private final JournalEvents events;
    private final Duration patience;
    private final Waiting waiting;

    /** @param patience how long what follows a recorded run is waited for */
    EntryReplay(
            IdempotencyStore store,
            BooleanSupplier storeAnswers,
            Consumer<StoreException> storeFailed,
            ReplaySteps steps,
            CheckerEvents verdicts,
            JournalEvents events,
            Duration patience,
            Waiting waiting) {
        this.store = store;
        this.storeAnswers = storeAnswers;
        this.storeFailed = storeFailed;
        this.steps = steps;
        this.verdicts = verdicts;
        this.events = events;
        this.patience = patience;
        this.waiting = waiting;
    }

    /**
     * Deals with one entry, however long the store is away.
     *
     * @return false if the store refuses it again and again: it stays where it is
     */
    boolean replayed(JournalEntry entry) throws InterruptedException {
        try {
            if (entry instanceof FinishedRun run) {
                events.journalReplayed(recorded(run));
            } else if (entry instanceof UnreportedBlock block) {
                verdicts.decided(answer(() -> store.reportBlocked(block.delivery()), storeFailed));
                events.journalReplayed(Replayed.REPORTED);
            }
            return true;
        } catch (StoreException e) {
            LOG.error("the store refuses an entry of the journal, which stays there: {}", e.getMessage());
            events.journalReplayed(Replayed.REFUSED);
            return false;
        }
    }

    private Replayed recorded(FinishedRun run) throws InterruptedException {
        answer(() -> steps.beforeMarker(run), failure -> {});
        Conclusion conclusion = run.conclusion();
        boolean accepted;
        if (conclusion instanceof Parking parking) {
            accepted = answer(() -> store.park(parking), storeFailed) != RenewReply.STALE;
        } else {
            CompleteReply reply = answer(
                    () -> conclusion instanceof Completion completion
                            ? store.complete(completion)
                            : store.handOff((HandOff) conclusion),
                    storeFailed);
            accepted = reply instanceof CompleteReply.Recorded;
            if (reply instanceof CompleteReply.Recorded recorded) {
                recorded.resolved().forEach(verdicts::decided);
                finish(run);
            }
        }
        if (accepted) {
            LOG.info("task id {} of an earlier worker is recorded", conclusion.taskId());
            return Replayed.RECORDED;
        }
        LOG.warn(
                "task id {} ran in an earlier worker, but another one took it over: that run counts",
                conclusion.taskId());
        return Replayed.STALE;
    }

    /** The store keeps follow-ups until they are confirmed, and the next copy of the delivery publishes what is left. */
    private void finish(FinishedRun run) throws InterruptedException {
        Boolean finished =
                answer(() -> waiting.within(patience, steps.afterMarker(run).thenApply(done -> true)), failure -> {});
        if (!finished) {
            LOG.warn(
                    "what follows task id {} is not done yet; consuming begins",
                    run.conclusion().taskId());
        }
    }

    /**
     * Asks until it is answered.
     *
     * @throws StoreException after the store answered others, but refused this again and again
     */
    private <T> T answer(Supplier<? extends CompletableFuture<? extends T>> question, Consumer<StoreException> failed)
            throws InterruptedException {
        int refusals = 0;
        boolean told = false;
        while (true) {
            if (storeAnswers.getAsBoolean()) {
                try {
                    return waiting.answerOf(question.get());
                } catch (ExecutionException e) {
                    StoreException cause = e.getCause() instanceof StoreException known
                            ? known
                            : new StoreException(
                                    StoreException.Kind.SCRIPT,
                                    StoreException.Effect.UNKNOWN,
                                    "a step failed: " + e.getCause(),
                                    e.getCause());
                    if (cause.kind() == StoreException.Kind.SCRIPT && ++refusals >= MOST_REFUSALS) {
                        throw cause;
                    }
                    if (!told) {
                        LOG.warn("the replay of the journal waits, and with it all consuming: {}", cause.getMessage());
                        told = true;
                    }
                    failed.accept(cause);
                }
            }
            waiting.pause(PAUSE);
        }
    }
}
