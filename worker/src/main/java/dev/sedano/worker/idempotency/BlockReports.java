package dev.sedano.worker.idempotency;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Reports of deliveries that the fail-safe kept from running, until the store has taken them: each is counted once (I4 of
 * {@link IdempotencyChecker}). Thread-safe.
 */
final class BlockReports implements AutoCloseable {
    private static final int MOST = 10_000;

    private final IdempotencyStore store;
    private final Supplier<String> lastFailure;
    private final CheckerEvents events;
    private final BlockLog blockLog;
    private final RepeatedCalls<BlockVerdict> reports;
    private final Set<Kept> unreported = ConcurrentHashMap.newKeySet();

    /**
     * @param lastFailure why the store is in doubt
     * @param onFailure told of every failed try
     */
    BlockReports(
            IdempotencyStore store,
            Supplier<String> lastFailure,
            CheckerEvents events,
            BlockLog blockLog,
            Consumer<StoreException> onFailure) {
        this.store = store;
        this.lastFailure = lastFailure;
        this.events = events;
        this.blockLog = blockLog;
        this.reports = new RepeatedCalls<>(onFailure);
    }

    /**
     * Counts a delivery that the fail-safe keeps from running, and reports it when the store is back.
     *
     * @param task the name of its task, for people
     */
    void blocked(IdempotencyStore.Claim claim, String task) {
        events.blocked();
        if (reports.size() >= MOST) {
            events.unreported();
            return;
        }
        BlockedDelivery block = new BlockedDelivery(
                claim.nonce(), claim.key(), claim.attempt(), store.estimatedNow(), task, lastFailure.get());
        Kept kept = blockLog.keep(block);
        unreported.add(kept);
        reports.add(
                () -> store.reportBlocked(block),
                verdict -> {
                    unreported.remove(kept);
                    kept.done();
                    events.decided(verdict);
                },
                () -> {
                    unreported.remove(kept);
                    kept.done();
                    events.unreported();
                });
    }

    void repeatAll() {
        reports.repeatAll();
    }

    /** What is not reported by now is in the log of blocks, or counted as never to be known. */
    @Override
    public void close() {
        for (Kept block : unreported) {
            if (!block.durable().getNow(false)) {
                events.unreported();
            }
        }
        unreported.clear();
        reports.clear();
    }
}
