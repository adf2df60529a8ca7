package dev.sedano.worker.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When work is due, by this worker's clock: at its eta, and never before; but what expires first is recorded as expired
 * then, and what was revoked at once, for neither will run. Thread-safe.
 *
 * @param longestHold what is due later waits in the broker
 */
record DueTime(Clock clock, Duration longestHold, Oversight oversight) {
    /** How long there is nothing to do about it; zero if it is due. */
    Duration early(Work work) {
        Instant until = until(work);
        Instant now = clock.instant();
        return until == null || !until.isAfter(now) || oversight.isRevoked(work)
                ? Duration.ZERO
                : Duration.between(now, until);
    }

    /** The move to the broker's delay queues of work that is not due. */
    Settlement delay(Work work) {
        return new Settlement.Delay(Objects.requireNonNull(until(work), "it has no eta"));
    }

    /** Its eta, or the end of its validity if that comes first; null if it has no eta. */
    private static @Nullable Instant until(Work work) {
        Instant eta = work.message.eta();
        Instant expires = work.message.expires();
        return eta != null && expires != null && expires.isBefore(eta) ? expires : eta;
    }

    /** Whether it is due so late that no worker should keep it until then. */
    boolean isFar(Work work) {
        return early(work).compareTo(longestHold) > 0;
    }

    /** Whether its caller is to hear at once that it is expired or revoked: stamps count when it would run. */
    boolean mustNotRun(Work work) {
        return isExpired(work) || oversight.isRevokedById(work);
    }

    boolean isExpired(Work work) {
        Instant expires = work.message.expires();
        return expires != null && clock.instant().isAfter(expires);
    }
}
