package dev.sedano.worker.journal;

/** What the journal reports to metrics. Called on the journal's own threads; must not throw. */
public interface JournalEvents {
    /** An entry is on disk. */
    void journalWritten();

    /** An entry could not be written and is in memory only; counted once per entry. */
    void journalRefused(Refusal why);

    /** An entry of an earlier worker was dealt with. */
    void journalReplayed(Replayed how);

    /** Why an entry is not on disk. */
    enum Refusal {
        /** The journal has its full size. */
        FULL,
        /** The file system refused: no space, no permission, a broken disk. */
        IO
    }

    /** What became of an entry of an earlier worker. */
    enum Replayed {
        /** The run is recorded; it does not run again. */
        RECORDED,
        /** Another worker took the key over: nothing was written, its run counts. */
        STALE,
        /** The blocked delivery is reported. */
        REPORTED,
        /** The store refuses this entry again and again; it stays in its file. */
        REFUSED,
        /** Bytes that are no entry of this version; the file is kept under another name. */
        UNREADABLE
    }
}
