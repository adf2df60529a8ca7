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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the store what earlier workers could not, before anything is consumed: otherwise the redelivered copy of a finished
 * task would be claimed first, and run again. While the store is away it waits. What another worker took over meanwhile is
 * counted and dropped: its run is the one that counts.
 *
 * <p>Thread-safe. Owns the thread {@code sedano-replay} from {@link #start} until it is through or {@link #close}.
 */
public final class Replay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);
    private static final long PAUSE_MILLIS = 250;
    private static final int MOST_REFUSALS = 5;
    /** An exchange that is gone must not keep a worker from consuming. */
    private static final Duration FOLLOW_UP_PATIENCE = Duration.ofSeconds(30);

    private final IdempotencyStore store;
    private final BooleanSupplier storeAnswers;
    private final Consumer<StoreException> storeFailed;
    private final ReplaySteps steps;
    private final CheckerEvents verdicts;
    private final JournalEvents events;
    private final Duration patience;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicInteger leftRuns = new AtomicInteger();
    private final Thread thread;
    private volatile List<LeftJournal> journals = List.of();
    private volatile Runnable then = () -> {};

    /**
     * @param storeAnswers whether the store may be asked
     * @param storeFailed is told of each failed call to the store
     */
    public Replay(
            IdempotencyStore store,
            BooleanSupplier storeAnswers,
            Consumer<StoreException> storeFailed,
            ReplaySteps steps,
            CheckerEvents verdicts,
            JournalEvents events) {
        this(store, storeAnswers, storeFailed, steps, verdicts, events, FOLLOW_UP_PATIENCE);
    }

    /** @param patience how long what follows a recorded run is waited for */
    Replay(
            IdempotencyStore store,
            BooleanSupplier storeAnswers,
            Consumer<StoreException> storeFailed,
            ReplaySteps steps,
            CheckerEvents verdicts,
            JournalEvents events,
            Duration patience) {
        this.patience = patience;
        this.store = store;
        this.storeAnswers = storeAnswers;
        this.storeFailed = storeFailed;
        this.steps = steps;
        this.verdicts = verdicts;
        this.events = events;
        this.thread = new Thread(this::run, "sedano-replay");
        thread.setDaemon(true);
    }

    /**
     * Takes what dead workers left in {@code folder}; it is locked from now on.
     *
     * @return whether there is anything to replay, with {@link #start}
     */
    public boolean take(JournalFolder folder) {
        journals = folder.takeLeft(events);
        leftRuns.set((int) journals.stream()
                .flatMap(left -> left.open().values().stream())
                .filter(FinishedRun.class::isInstance)
                .count());
        boolean any = journals.stream().anyMatch(left -> !left.open().isEmpty());
        if (!any) {
            journals.forEach(LeftJournal::close);
            journals = List.of();
        }
        return any;
    }

    /**
     * Replays what was taken, on a thread of its own.
     *
     * @param through called when all of it is dealt with, or was refused by the store again and again; not after {@link
     *     #close}
     */
    public void start(Runnable through) {
        then = through;
        LOG.warn("{} finished runs of earlier workers are in the journal: they are recorded first", leftRuns.get());
        thread.start();
    }

    /** Finished runs of earlier workers that are not dealt with. */
    public int leftRuns() {
        return leftRuns.get();
    }

    private void run() {
        try {
            for (LeftJournal left : journals) {
                for (Map.Entry<Long, JournalEntry> each : left.open().entrySet()) {
                    if (replayed(each.getValue())) {
                        left.done(each.getKey());
                    }
                }
            }
            then.run();
        } catch (InterruptedException e) {
            LOG.warn("the replay of the journal was interrupted by the end of this worker; the next one goes on");
        } catch (RuntimeException e) {
            LOG.error("a defect: the journal cannot be replayed; nothing is consumed", e);
        } finally {
            journals.forEach(LeftJournal::close);
        }
    }

    private boolean replayed(JournalEntry entry) throws InterruptedException {
        try {
            if (entry instanceof FinishedRun run) {
                events.journalReplayed(recorded(run));
                leftRuns.decrementAndGet();
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
        Boolean finished = answer(
                () -> steps.afterMarker(run)
                        .thenApply(done -> true)
                        .completeOnTimeout(false, patience.toMillis(), TimeUnit.MILLISECONDS),
                failure -> {});
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
                    return question.get().get();
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
            if (stopped.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new InterruptedException("closed");
            }
        }
    }

    /** Ends the replay where it stands; what is left is replayed by the next worker. */
    @Override
    public void close() {
        stopped.countDown();
        if (thread.getState() == Thread.State.NEW) {
            journals.forEach(LeftJournal::close);
            journals = List.of();
            return;
        }
        thread.interrupt();
        try {
            thread.join(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
