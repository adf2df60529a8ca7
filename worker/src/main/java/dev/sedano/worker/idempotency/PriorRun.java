package dev.sedano.worker.idempotency;

/** What the store knows about earlier runs of the attempt that is being granted. */
public enum PriorRun {
    /** Nobody ran it. */
    NONE,
    /** An earlier tenure ended without completion: it may have run, wholly or in part. */
    MAY_HAVE_RUN,
    /** As {@link #MAY_HAVE_RUN}, and its runs took their worker with them too often: poison, it must not run again. */
    TOO_MANY_CRASHES,
    /** The store lost data and this copy is a redelivery: it may have run, even to its end. */
    STORE_LOST_DATA
}
