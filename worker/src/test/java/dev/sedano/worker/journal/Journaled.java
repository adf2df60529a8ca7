package dev.sedano.worker.journal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what the journal reports. */
final class Journaled implements JournalEvents {
    final AtomicInteger written = new AtomicInteger();
    final List<Refusal> refused = new CopyOnWriteArrayList<>();
    final List<Replayed> replayed = new CopyOnWriteArrayList<>();

    @Override
    public void journalWritten() {
        written.incrementAndGet();
    }

    @Override
    public void journalRefused(Refusal why) {
        refused.add(why);
    }

    @Override
    public void journalReplayed(Replayed how) {
        replayed.add(how);
    }
}
