package dev.sedano.worker.idempotency;

/** The right to run a key, granted by the store. Only this package makes one, so holding it proves a granted claim. */
public final class Lease {
    private final TaskKey key;
    private final long token;

    Lease(TaskKey key, long token) {
        this.key = key;
        this.token = token;
    }

    /** What may be run. */
    public TaskKey key() {
        return key;
    }

    /** The tenure's fencing token. */
    public long token() {
        return token;
    }
}
