package dev.sedano.worker.idempotency;

/**
 * A delivery that the fail-safe returned without running it.
 *
 * @param id the delivery's nonce; a block is counted once per id
 * @param blockedAt store time in milliseconds, estimated
 * @param task the task's name, for people; empty = not known
 * @param reason why, for people: one word; empty = not known
 */
public record BlockedDelivery(String id, TaskKey key, long attempt, long blockedAt, String task, String reason) {
    /** A block of which nothing is known for people. */
    public BlockedDelivery(String id, TaskKey key, long attempt, long blockedAt) {
        this(id, key, attempt, blockedAt, "", "");
    }

    /** The same block by another clock. */
    public BlockedDelivery at(long time) {
        return new BlockedDelivery(id, key, attempt, time, task, reason);
    }
}
