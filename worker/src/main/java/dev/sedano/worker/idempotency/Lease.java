package dev.sedano.worker.idempotency;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A granted claim: the right to run one key's handler once. Only {@link IdempotencyChecker} gives one out, and a handler
 * cannot be invoked without one, so there is no way around the checker. Safe for use by many threads.
 */
public final class Lease {
    private enum State {
        GRANTED,
        STARTED,
        LOST,
        ENDED
    }

    private final IdempotencyStore.Claim claim;
    private final ClaimReply.Granted grant;
    private volatile long validUntil;
    private volatile boolean concluding;
    private final AtomicReference<State> state = new AtomicReference<>(State.GRANTED);

    /** @param asked when the claim was sent, by the ticker: the lease holds from then on at least */
    Lease(IdempotencyStore.Claim claim, ClaimReply.Granted grant, long asked) {
        this.claim = claim;
        this.grant = grant;
        this.validUntil = asked + claim.lease().toNanos();
    }

    /** By the token, so that leases are walked in an order that does not depend on memory addresses. */
    @Override
    public int hashCode() {
        return Long.hashCode(grant.token());
    }

    /** Every tenure is itself alone. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    /** Whether a claim stands behind it; if not, its fencing token is 0. */
    public boolean isProtected() {
        return grant.token() != 0;
    }

    /** The lease was prolonged by a call sent at {@code asked}. */
    void renewed(long asked) {
        validUntil = asked + claim.lease().toNanos();
    }

    /**
     * Whether the handler may still start: the lease is unused and, by our own clock, cannot have run out. A worker that
     * was paused for longer finds its claimed work void here, before the store tells it.
     */
    public boolean mayStart(long nanosNow) {
        return state.get() == State.GRANTED && (!isProtected() || nanosNow - validUntil < 0);
    }

    /** The key that is held. */
    public TaskKey key() {
        return claim.key();
    }

    /** The fencing token of this tenure. */
    public long token() {
        return grant.token();
    }

    /** What is known about earlier runs of this attempt. */
    public PriorRun priorRun() {
        return grant.priorRun();
    }

    /** Whether another tenure is known to have taken over. */
    public boolean isLost() {
        return state.get() == State.LOST;
    }

    /**
     * Uses the right up. Called once, immediately before the handler.
     *
     * @throws IllegalStateException if the lease was used, lost or ended before: a handler never starts twice on one
     */
    public void start() {
        if (!state.compareAndSet(State.GRANTED, State.STARTED)) {
            throw new IllegalStateException("lease " + token() + " is " + state.get() + ", its handler must not start");
        }
    }

    IdempotencyStore.Claim claim() {
        return claim;
    }

    /** The attempt that was claimed. */
    public long attempt() {
        return claim.attempt();
    }

    long claimedAt() {
        return grant.claimedAt();
    }

    /** @return true for the first caller that finds the lease lost */
    boolean lost() {
        State before = state.getAndUpdate(now -> now == State.ENDED ? now : State.LOST);
        return before == State.GRANTED || before == State.STARTED;
    }

    /** The handler has returned and the store is being told, perhaps more than once. */
    void concluding() {
        concluding = true;
    }

    boolean isConcluding() {
        return concluding;
    }

    void ended() {
        state.set(State.ENDED);
    }
}
