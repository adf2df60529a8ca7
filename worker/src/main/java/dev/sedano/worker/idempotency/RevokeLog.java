package dev.sedano.worker.idempotency;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What was revoked, kept beside the markers for workers that start later. Safe for use by many threads; futures fail with
 * {@link StoreException}, and every call may be repeated.
 */
public interface RevokeLog {
    /**
     * Adds entries, each of which is forgotten {@code keep} from {@code now}.
     *
     * @param most of more entries than these the oldest are forgotten
     */
    CompletableFuture<Boolean> keepRevoked(Collection<String> entries, Duration keep, Instant now, int most);

    /** The entries that are not forgotten at {@code now}, oldest first. */
    CompletableFuture<List<String>> keptRevoked(Instant now);
}
