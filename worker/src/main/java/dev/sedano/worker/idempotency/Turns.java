package dev.sedano.worker.idempotency;

import java.time.Duration;

/**
 * Turns that were taken under a {@link TurnRequest}, an interval from one to the next.
 *
 * @param count 0 = none is free near enough
 * @param in when the first is there, or when to ask again if there is none; from now
 */
public record Turns(int count, Duration in) {}
