package dev.sedano.worker.journal;

import dev.sedano.worker.idempotency.CheckerEvents;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.journal.JournalEntry.FinishedRun;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the store what earlier workers could not, before anything is consumed: otherwise the redelivered copy of a finished
 * task would be claimed first, and run again. {@link EntryReplay} does it, one entry after the other.
 *
 * <p>Thread-safe. Owns the thread {@code sedano-replay} from {@link #start} until it is through or {@link #close}.
 */
public final class Replay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);
    /** An exchange that is gone must not keep a worker from consuming. */
    private static final Duration FOLLOW_UP_PATIENCE = Duration.ofSeconds(30);

    private final EntryReplay entries;
    private final JournalEvents events;
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
        this.events = events;
        this.entries =
                new EntryReplay(store, storeAnswers, storeFailed, steps, verdicts, events, patience, new RealWaiting());
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
                    if (entries.replayed(each.getValue())) {
                        if (each.getValue() instanceof FinishedRun) {
                            leftRuns.decrementAndGet();
                        }
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

    /** Real time, on the replay's own thread. */
    private final class RealWaiting implements EntryReplay.Waiting {
        @Override
        public <T> T answerOf(CompletableFuture<T> future) throws InterruptedException, ExecutionException {
            return future.get();
        }

        @Override
        public CompletableFuture<Boolean> within(Duration most, CompletableFuture<Boolean> step) {
            return step.completeOnTimeout(false, most.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public void pause(Duration time) throws InterruptedException {
            if (stopped.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
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
