package dev.sedano.worker.idempotency;

/** Leases for tests outside of this package. */
public final class Leases {
    private Leases() {}

    /** A lease on the task id {@code "id"}. */
    public static Lease granted() {
        return new Lease(TaskKey.ofTaskId("id"), 1);
    }
}
