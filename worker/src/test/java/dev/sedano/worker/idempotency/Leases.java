package dev.sedano.worker.idempotency;

import java.time.Duration;

/** Grants leases to tests of what runs under one; production code cannot make them outside this package. */
public final class Leases {
    private Leases() {}

    /** A lease on the task id {@code "id"}, not used yet. */
    public static Lease granted() {
        TaskKey key = TaskKey.ofTaskId("id");
        IdempotencyStore.Claim claim = new IdempotencyStore.Claim(
                key,
                "nonce",
                0,
                "fingerprint",
                key.key(),
                Duration.ofSeconds(30),
                Duration.ofDays(7),
                false,
                "test",
                IdempotencyStore.AfterLeaseLoss.RERUN,
                3);
        return new Lease(claim, new ClaimReply.Granted(1, PriorRun.NONE, 0), System.nanoTime());
    }
}
