package dev.sedano.worker.simulation;

import dev.sedano.worker.idempotency.Kept;
import dev.sedano.worker.journal.Journal;
import dev.sedano.worker.journal.JournalEntry;
import dev.sedano.worker.journal.JournalEntry.FinishedRun;
import dev.sedano.worker.journal.JournalEntry.UnreportedBlock;
import dev.sedano.worker.journal.SimulatedDisk;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A worker's journal on a virtual disk: an entry is appended after a while, forced after another, and safe only then. As
 * {@code FileJournal}.
 */
final class SimulatedJournal implements Journal {
    private static final long APPEND = 5 * World.MILLI;
    private static final long FORCE = 30 * World.MILLI;

    private final World world;
    private final SimulatedWorker worker;
    private final SimulatedDisk.Journalled file;
    private final NaiveDesign design;
    private final Set<Page> open = new LinkedHashSet<>();
    private final boolean usable;
    private long numbers;

    private final class Page implements Kept {
        final long number = ++numbers;
        final JournalEntry entry;
        final CompletableFuture<Boolean> durable = new CompletableFuture<>();
        boolean written;

        Page(JournalEntry entry) {
            this.entry = entry;
        }

        void append() {
            if (usable && !written && open.contains(this)) {
                file.append(number, entry);
                written = true;
            }
        }

        void told() {
            if (durable.isDone()) {
                return;
            }
            if (written && open.contains(this)) {
                world.log(about(Line.Event.JOURNALED, entry));
            }
            durable.complete(written);
        }

        @Override
        public CompletableFuture<Boolean> durable() {
            return durable.copy();
        }

        @Override
        public void done() {
            if (!worker.isDead() && open.remove(this)) {
                world.log(about(Line.Event.ANSWERED, entry));
                if (written) {
                    world.after(world.between(10, APPEND), worker, () -> file.mark(number));
                }
            }
        }
    }

    /** @param usable false if the disk refuses everything */
    SimulatedJournal(World world, SimulatedWorker worker, SimulatedDisk disk, boolean usable, NaiveDesign design) {
        this.world = world;
        this.worker = worker;
        this.file = disk.create();
        this.usable = usable;
        this.design = design;
    }

    /** A line about the run or the block that {@code entry} tells of. */
    Line about(Line.Event event, JournalEntry entry) {
        Line line = world.line(event, worker.name());
        if (entry instanceof FinishedRun run) {
            return line.about(
                    FaultyLink.name(run.conclusion().key()), 0, run.conclusion().token());
        }
        UnreportedBlock block = (UnreportedBlock) entry;
        return line.about(
                        FaultyLink.name(block.delivery().key()),
                        block.delivery().attempt(),
                        0)
                .what(block.delivery().id());
    }

    @Override
    public Kept keep(JournalEntry entry) {
        Page page = new Page(entry);
        open.add(page);
        if (worker.isDead()) {
            return page;
        }
        long appended = world.between(10, APPEND);
        long forced = appended + world.between(10, FORCE);
        world.after(appended, worker, () -> {
            page.append();
            if (design == NaiveDesign.JOURNAL_WITHOUT_FORCE) {
                page.told();
            }
        });
        world.after(forced, worker, () -> {
            if (design != NaiveDesign.JOURNAL_WITHOUT_FORCE) {
                file.force();
                page.told();
            }
        });
        if (entry instanceof FinishedRun) {
            worker.moment();
        }
        return page;
    }

    @Override
    public int finishedRuns() {
        return (int)
                open.stream().filter(page -> page.entry instanceof FinishedRun).count();
    }

    /** Writes what waits, and deletes the file if nothing is open in it. */
    @Override
    public void close() {
        for (Page page : List.copyOf(open)) {
            page.append();
            file.force();
            page.told();
        }
        if (open.isEmpty()) {
            file.delete();
        }
    }
}
