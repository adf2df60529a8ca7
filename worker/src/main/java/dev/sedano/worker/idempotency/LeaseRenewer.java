package dev.sedano.worker.idempotency;

import dev.sedano.worker.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the leases of running and not yet recorded work alive: each is renewed every third of its length, all that are
 * due in one pipeline, from a thread of its own so that neither handlers nor claims can delay it.
 *
 * <p>Thread-safe. Owns the thread {@code sedano-renewer} from {@link #start} to {@link #close}.
 */
final class LeaseRenewer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseRenewer.class);

    private final IdempotencyStore store;
    private final Ticker ticker;
    private final CheckerEvents events;
    private final Map<Lease, Long> renewedAt = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean closed;

    LeaseRenewer(IdempotencyStore store, Ticker ticker, CheckerEvents events) {
        this.store = store;
        this.ticker = ticker;
        this.events = events;
        this.thread = new Thread(this::loop, "sedano-renewer");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Renews from now on until {@link #forget}. */
    void watch(Lease lease) {
        renewedAt.put(lease, ticker.nanos());
    }

    void forget(Lease lease) {
        renewedAt.remove(lease);
    }

    int watched() {
        return renewedAt.size();
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private void loop() {
        while (!closed) {
            long pause = renewDue();
            LockSupport.parkNanos(pause);
        }
    }

    /** Renews what is due; returns the nanoseconds until the next look. */
    long renewDue() {
        long now = ticker.nanos();
        long next = TimeUnit.SECONDS.toNanos(1);
        List<Lease> due = new ArrayList<>();
        for (Map.Entry<Lease, Long> entry : renewedAt.entrySet()) {
            long every = entry.getKey().claim().lease().toNanos() / 3;
            long left = entry.getValue() + every - now;
            if (left <= 0) {
                due.add(entry.getKey());
                left = every;
            }
            next = Math.min(next, left);
        }
        for (Lease lease : due) {
            // Only if still watched: a lease that ended meanwhile must not come back.
            if (renewedAt.replace(lease, now) != null) {
                renew(lease);
            }
        }
        return Math.max(next, TimeUnit.MILLISECONDS.toNanos(5));
    }

    private void renew(Lease lease) {
        Duration length = lease.claim().lease();
        long asked = ticker.nanos();
        Attempt.of(() -> store.renew(lease.key(), lease.token(), length)).whenComplete((reply, failure) -> {
            if (reply == RenewReply.RENEWED) {
                lease.renewed(asked);
            } else if (failure != null) {
                if (failure instanceof StoreException cause) {
                    events.storeFailed(cause.kind());
                }
                // Due again at the next look: a renewal that failed must not wait another third of the lease.
                renewedAt.computeIfPresent(
                        lease, (same, at) -> at - length.toNanos() / 3 + TimeUnit.SECONDS.toNanos(1));
            } else if (reply == RenewReply.STALE
                    && renewedAt.remove(lease) != null
                    && !lease.isConcluding() // else it may be our own completion, whose reply was lost: its repetition
                    // tells
                    && lease.lost()) {
                LOG.warn("lease {} was taken over by another owner while its handler runs here", lease.token());
                events.zombie();
            }
        });
    }
}
