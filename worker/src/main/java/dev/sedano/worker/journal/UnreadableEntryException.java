package dev.sedano.worker.journal;

/** Bytes that are no entry of this version. */
final class UnreadableEntryException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableEntryException(String what) {
        super(what);
    }
}
