package dev.sedano.worker.delivery;

import dev.sedano.task.StoreDownPolicy;
import dev.sedano.worker.handler.BoundHandler;
import dev.sedano.worker.handler.KeyExtractionException;
import dev.sedano.worker.handler.TaskCallValues;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.Lease;
import dev.sedano.worker.protocol.TaskMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that is a task of ours, on its way through the pipeline. Its stage decides who owns it: whoever moves it
 * out of a stage goes on with it, everybody else keeps off.
 */
final class Work implements TaskView {
    enum Stage {
        /** Not claimed, waiting for a free slot. */
        WAITING,
        /** Kept unsettled: not due yet, or the key runs elsewhere. */
        HELD,
        /** A claim is under way. */
        CLAIMING,
        /** Claimed, waiting for a thread. */
        CLAIMED,
        /** A redelivered copy of work that runs here: it shares that work's fate. */
        ATTACHED,
        /** The store is down; unsettled until it is clear that this is no blip. */
        BLOCKED,
        /** The handler was started, or its outcome is being recorded. */
        STARTED,
        /** Out of our hands. */
        SETTLED
    }

    final Delivery delivery;
    final TaskMessage message;
    final BoundHandler handler;
    final TaskCallValues call;
    final IdempotencyStore.Claim claim;
    /** Who shares the explicit key. */
    final String scope;
    /** Why the task's key cannot be read, which is then its outcome; null if it can. */
    final @Nullable KeyExtractionException noKey;

    /** How often it was held for its key; touched only by whoever moves it to HELD. */
    int timesHeld;
    /** Whether it counts as claimed; guarded by {@link ClaimAhead}. */
    boolean takesRoom;
    /** Whether it is held until it is due, and not for its key; set by whoever moved it to HELD. */
    volatile boolean untilDue;
    /** Whether its turn under a rate limit has come; set by whoever moves it out of HELD, or before it is shared. */
    volatile boolean paced;
    /** Until when that turn is good, by the ticker, 0 = for ever; set as {@link #paced}. */
    volatile long turnEnds;
    /** When the delivery arrived, by the ticker; set before the work is shared. */
    long arrivedAt;
    /** Whether its result or its follow-ups could not be handed on before its channel went; a later copy does it. */
    volatile boolean unfinished;
    /** Set before the stage becomes CLAIMED. */
    volatile @Nullable Lease lease;
    /** The call of its handler; null before. */
    volatile @Nullable Run run;

    /** Since when its handler runs, by the ticker; 0 = it does not. */
    volatile long runningSince;

    /** Copies that were delivered again while the handler runs; guarded by this list. */
    private final List<Work> attached = new ArrayList<>(0);

    /** Whether it is attached to a run that another copy is attached to. */
    volatile boolean besides;

    /** Whether {@link #attached} takes no more; guarded by it. */
    private boolean detached;

    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.WAITING);

    Work(
            Delivery delivery,
            TaskMessage message,
            BoundHandler handler,
            TaskCallValues call,
            IdempotencyStore.Claim claim,
            String scope,
            @Nullable KeyExtractionException noKey) {
        this.delivery = delivery;
        this.message = message;
        this.handler = handler;
        this.call = call;
        this.claim = claim;
        this.scope = scope;
        this.noKey = noKey;
    }

    /**
     * The same delivery with a claim of its own: the claim of this one may have been executed without our knowing, and
     * is released by its own nonce.
     */
    Work again(String nonce) {
        return with(claim.withNonce(nonce));
    }

    /** As {@link #again}, for a copy whose handler may have run here: whatever the broker said, it is not the first. */
    Work againAfterLoss(String nonce) {
        return with(claim.asLaterCopy(nonce));
    }

    private Work with(IdempotencyStore.Claim another) {
        Work work = new Work(delivery, message, handler, call, another, scope, noKey);
        work.arrivedAt = arrivedAt;
        return work;
    }

    /** Whether it runs also when the store cannot be asked. What only observes is never kept from running. */
    boolean failsOpen() {
        return handler.observes() || handler.whenStoreDown() == StoreDownPolicy.OPEN;
    }

    /** Whether this is a run whose channel is gone, so that the broker delivers it again, and {@code copy} is that copy. */
    boolean isRunOf(Work copy) {
        return stage() == Stage.STARTED
                && lease != null
                && !delivery.channel().isOpen()
                && claim.key().record().equals(copy.claim.key().record())
                && claim.attempt() == copy.claim.attempt()
                && claim.fingerprint().equals(copy.claim.fingerprint())
                && claim.taskId().equals(copy.claim.taskId());
    }

    /** @return false if the run has ended */
    boolean attach(Work copy) {
        synchronized (attached) {
            copy.besides =
                    attached.stream().anyMatch(other -> other.delivery.channel().isOpen());
            return !detached && attached.add(copy);
        }
    }

    /** Whether somebody waits for its end: this delivery's own channel, or that of a copy. */
    boolean isAwaited() {
        if (delivery.channel().isOpen()) {
            return true;
        }
        synchronized (attached) {
            return attached.stream().anyMatch(copy -> copy.delivery.channel().isOpen());
        }
    }

    /** The copies that share the fate of this run; none can be added any more. */
    List<Work> detach() {
        synchronized (attached) {
            detached = true;
            List<Work> copies = List.copyOf(attached);
            attached.clear();
            return copies;
        }
    }

    /** Whether its handler did not end at its hard time limit. */
    boolean isLeftBehind() {
        Run now = run;
        return now != null && now.isLeftBehind();
    }

    @Override
    public TaskMessage message() {
        return message;
    }

    @Override
    public Delivery delivery() {
        return delivery;
    }

    @Override
    public State state() {
        Run now = run;
        if (now != null) {
            return now.hasEnded() ? State.READY : State.ACTIVE;
        }
        return switch (stage()) {
            case HELD -> untilDue ? State.SCHEDULED : State.RESERVED;
            case SETTLED -> State.READY;
            default -> State.RESERVED;
        };
    }

    @Override
    public @Nullable Instant startedAt() {
        Run now = run;
        return now == null ? null : now.startedAt();
    }

    @Override
    public boolean terminate(int signal) {
        Run now = run;
        return now != null && now.terminate(signal);
    }

    @Override
    public void timeOut(double seconds) {
        Run now = run;
        if (now != null) {
            now.timeOut(seconds);
        }
    }

    @Override
    public @Nullable Integer signal() {
        Run now = run;
        return now == null ? null : now.signal();
    }

    /** By the nonce, so that sets of work are walked in an order that does not depend on memory addresses. */
    @Override
    public int hashCode() {
        return claim.nonce().hashCode();
    }

    /** Every delivery is itself alone. */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    Stage stage() {
        return Objects.requireNonNull(stage.get());
    }

    /** @return true if the work was in {@code from} and is now the caller's, in {@code to} */
    boolean move(Stage from, Stage to) {
        return stage.compareAndSet(from, to);
    }

    /**
     * Takes work whose handler has not started.
     *
     * @return the stage it was taken from, or {@code to} itself if it was not to be taken
     */
    Stage takeUnstarted(Stage to) {
        while (true) {
            Stage now = stage();
            if (now == Stage.STARTED || now == Stage.ATTACHED || now == Stage.SETTLED || now == to) {
                return to;
            }
            if (stage.compareAndSet(now, to)) {
                return now;
            }
        }
    }
}
