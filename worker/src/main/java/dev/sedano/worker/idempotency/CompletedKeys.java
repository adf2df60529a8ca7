package dev.sedano.worker.idempotency;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sedano.worker.time.Ticker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What this worker knows to be completed, so that an exact repetition of a delivery (same key, id, attempt and payload)
 * is answered without the store, also while the store is down. Positive answers only: what is not in here is asked of the
 * store. Bounded by bytes and time; void as a whole when an operator takes a completion back. Thread-safe.
 */
final class CompletedKeys {
    private static final long MOST_BYTES = 16L << 20;
    private static final long BYTES_OF_ENTRY = 300;
    private static final Duration LONGEST = Duration.ofHours(1);

    private record Copy(String record, String taskId, long attempt, String fingerprint) {
        static Copy of(IdempotencyStore.Claim claim) {
            return new Copy(claim.key().record(), claim.taskId(), claim.attempt(), claim.fingerprint());
        }
    }

    private record Entry(ClaimReply.Duplicate reply, long until) {}

    private final Ticker ticker;
    private final Cache<Copy, Entry> entries;
    /** Changed with the entries, under this object's lock. */
    private volatile long revocations;

    CompletedKeys(Ticker ticker) {
        this.ticker = ticker;
        this.entries = Caffeine.newBuilder()
                .maximumWeight(MOST_BYTES)
                .weigher((Copy copy, Entry entry) -> (int) BYTES_OF_ENTRY + length(entry.reply()))
                .executor(Runnable::run)
                .build();
    }

    private static int length(ClaimReply.Duplicate reply) {
        return reply.storedResult() == null ? 0 : reply.storedResult().length;
    }

    /** How many completions operators took back, as far as this worker knows. */
    long revocations() {
        return revocations;
    }

    /**
     * The store said that the key of {@code claim} is completed, with nothing left to publish.
     *
     * @param asked {@link #revocations} before the store was asked: if an operator took a completion back while the answer
     *     was on its way, it may be this one
     */
    synchronized void remember(IdempotencyStore.Claim claim, ClaimReply.Duplicate reply, Duration ttl, long asked) {
        if (asked != revocations) {
            return;
        }
        Duration time = ttl.compareTo(LONGEST) < 0 ? ttl : LONGEST;
        entries.put(Copy.of(claim), new Entry(reply, ticker.nanos() + time.toNanos()));
    }

    /** The answer to an exact repetition, or null. */
    ClaimReply.@Nullable Duplicate answer(IdempotencyStore.Claim claim) {
        Entry entry = entries.getIfPresent(Copy.of(claim));
        if (entry == null) {
            return null;
        }
        if (ticker.nanos() - entry.until() >= 0) {
            entries.invalidate(Copy.of(claim));
            return null;
        }
        return entry.reply();
    }

    /** Forgets everything when the store's count of revocations has changed. */
    synchronized void revoked(long count) {
        if (count != revocations) {
            revocations = count;
            entries.invalidateAll();
        }
    }
}
