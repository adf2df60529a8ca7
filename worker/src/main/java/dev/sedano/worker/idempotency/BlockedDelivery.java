package dev.sedano.worker.idempotency;

/**
 * A delivery that the fail-safe returned without running it.
 *
 * @param id the delivery's nonce; a block is counted once per id
 * @param blockedAt store time in milliseconds, estimated
 */
public record BlockedDelivery(String id, TaskKey key, long attempt, long blockedAt) {}
