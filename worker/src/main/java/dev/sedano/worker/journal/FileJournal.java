package dev.sedano.worker.journal;

import dev.sedano.worker.idempotency.Kept;
import dev.sedano.worker.journal.JournalEntry.FinishedRun;
import dev.sedano.worker.journal.JournalEvents.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A journal in a file of its own. Whoever keeps an entry does not wait: one thread writes what has come together and
 * forces it to the medium once.
 *
 * <p>Invariants:
 *
 * <ol>
 *   <li>J1 {@link Kept#durable()} is true only after the force that covers the entry.
 *   <li>J2 An entry is open in the file until the store has answered for it; a lost done mark only costs a repetition.
 *   <li>J3 A disk that is full, broken or slow costs durability, never a thread of somebody else: refused entries stay in
 *       memory, and are tried again every five seconds and at the end.
 * </ol>
 *
 * <p>Thread-safe. Owns the thread {@code sedano-journal} from {@link #start} to {@link #close}.
 */
public final class FileJournal implements Journal {
    private static final Logger LOG = LoggerFactory.getLogger(FileJournal.class);
    private static final long AGAIN_MILLIS = 5_000;
    private static final int MOST_AT_ONCE = 256;

    private final JournalEvents events;
    private final JournalWriter writer;
    private final Thread thread = new Thread(this::loop, "sedano-journal");
    private final LinkedBlockingQueue<Job> jobs = new LinkedBlockingQueue<>();
    private final Set<Page> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private boolean alarmed;

    private sealed interface Job {
        /** Write this page, unless it is done already. */
        record Write(Page page) implements Job {}

        /** This page is done. */
        record Mark(Page page) implements Job {}

        /** Try the refused ones a last time and end. */
        record End() implements Job {}
    }

    /** An entry and where it stands; its state changes on the journal's thread, but for {@code done}. */
    private final class Page implements Kept {
        final long number = numbers.incrementAndGet();
        final JournalEntry entry;
        final CompletableFuture<Boolean> durable = new CompletableFuture<>();
        volatile boolean done;
        boolean written;
        boolean refused;

        Page(JournalEntry entry) {
            this.entry = entry;
        }

        @Override
        public CompletableFuture<Boolean> durable() {
            return durable.copy();
        }

        @Override
        public void done() {
            if (open.remove(this)) {
                done = true;
                jobs.add(new Job.Mark(this));
            }
        }
    }

    /** @param most bytes that the file may have */
    public FileJournal(JournalFolder folder, long most, JournalEvents events) {
        this(new JournalWriter(folder, most, JournalDisk::of), events);
    }

    FileJournal(JournalWriter writer, JournalEvents events) {
        this.writer = writer;
        this.events = events;
        thread.setDaemon(true);
    }

    /** Opens the file, so that a folder that cannot be used is known before it is needed, and starts the thread. */
    public FileJournal start() {
        writer.tryToOpen();
        thread.start();
        return this;
    }

    @Override
    public Kept keep(JournalEntry entry) {
        Page page = new Page(entry);
        open.add(page);
        jobs.add(new Job.Write(page));
        return page;
    }

    @Override
    public int finishedRuns() {
        return (int)
                open.stream().filter(page -> page.entry instanceof FinishedRun).count();
    }

    /** Entries for which the store has not answered, of all kinds. */
    public int open() {
        return open.size();
    }

    /** Size of the file. */
    public long bytes() {
        return writer.bytes();
    }

    private void loop() {
        List<Job> batch = new ArrayList<>();
        List<Page> refused = new ArrayList<>();
        boolean goOn = true;
        try {
            while (goOn) {
                batch.clear();
                Job first = jobs.poll(AGAIN_MILLIS, TimeUnit.MILLISECONDS);
                boolean idle = first == null;
                if (first != null) {
                    batch.add(first);
                    jobs.drainTo(batch, MOST_AT_ONCE);
                    goOn = batch.stream().noneMatch(Job.End.class::isInstance);
                }
                List<Page> pages = new ArrayList<>();
                if (idle || !goOn) {
                    pages.addAll(refused);
                    refused.clear();
                }
                perform(batch, pages);
                refused.addAll(pages.stream().filter(page -> page.refused).toList());
                refused.removeIf(page -> page.done);
            }
        } catch (InterruptedException e) {
            LOG.debug("journal interrupted");
        } finally {
            writer.close(open.isEmpty());
            ended.complete(null);
        }
    }

    /** @param pages what to try again; holds everything that was tried when this returns */
    private void perform(List<Job> batch, List<Page> pages) {
        List<Long> marks = new ArrayList<>();
        for (Job job : batch) {
            if (job instanceof Job.Write write) {
                pages.add(write.page());
            } else if (job instanceof Job.Mark mark && mark.page().written) {
                marks.add(mark.page().number);
            }
        }
        writer.mark(marks);
        pages.removeIf(page -> page.done);
        if (open.stream().noneMatch(page -> page.written)) {
            writer.clear();
        }
        if (pages.isEmpty()) {
            return;
        }
        List<JournalWriter.Numbered> entries = pages.stream()
                .map(page -> new JournalWriter.Numbered(page.number, page.entry))
                .toList();
        JournalWriter.Outcome outcome = writer.write(entries);
        for (int i = 0; i < pages.size(); i++) {
            tell(pages.get(i), i < outcome.written(), outcome);
        }
        alarm(outcome, pages.size());
    }

    private void tell(Page page, boolean written, JournalWriter.Outcome outcome) {
        Refusal why = outcome.refusal();
        if (written) {
            page.written = true;
            page.refused = false;
            events.journalWritten();
        } else if (!page.refused && why != null) {
            page.refused = true;
            events.journalRefused(why);
        }
        page.durable.complete(written);
    }

    private void alarm(JournalWriter.Outcome outcome, int entries) {
        if (outcome.refusal() != null && !alarmed) {
            LOG.error(
                    "{} of {} entries could not be written to the journal ({}: {}): they are in memory only, and runs"
                            + " among them come again if this worker ends before the store is back",
                    entries - outcome.written(),
                    entries,
                    outcome.refusal(),
                    outcome.detail());
        } else if (outcome.refusal() == null && alarmed) {
            LOG.warn("the journal can be written again");
        }
        alarmed = outcome.refusal() != null;
    }

    /** Writes what waits, for five seconds at most, then gives the file back: deleted if nothing is open in it. */
    @Override
    public void close() {
        if (thread.getState() == Thread.State.NEW) {
            return;
        }
        jobs.add(new Job.End());
        try {
            ended.get(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
            LOG.error("the journal could not be written to its end in time: the disk does not answer");
        }
    }
}
