package dev.sedano.worker.delivery;

import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.Lease;
import dev.sedano.worker.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * All work between arrival and settlement, and the four events that take it back before its handler starts: the store is
 * gone, the store is back, the channel is gone, the worker stops. Work whose handler has started is never taken back.
 *
 * <p>Thread-safe. {@link #storeGone}, {@link #storeBack} and the return of blocked work run on the timer thread.
 */
public final class InFlight {
    private static final Duration AGAIN_AFTER_LOSS = Duration.ofSeconds(1);

    private final IdempotencyChecker checker;
    private final ClaimAhead claimAhead;
    private final HoldingArea holding;
    private final Pacer pacer;
    private final Consumer<Work> place;
    private final Nonces nonces;
    private final HandlerPace pace;
    private final Ticker ticker;
    private final ScheduledExecutorService timer;
    private final Duration returnDelay;
    private final Set<Work> all = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition empty = lock.newCondition();
    private volatile boolean returning;
    private volatile boolean draining;
    private volatile boolean cut;
    private long outages;

    InFlight(
            IdempotencyChecker checker,
            ClaimAhead claimAhead,
            HoldingArea holding,
            Pacer pacer,
            Consumer<Work> place,
            Nonces nonces,
            HandlerPace pace,
            Ticker ticker,
            ScheduledExecutorService timer,
            Duration returnDelay) {
        this.checker = checker;
        this.claimAhead = claimAhead;
        this.holding = holding;
        this.pacer = pacer;
        this.place = place;
        this.nonces = nonces;
        this.pace = pace;
        this.ticker = ticker;
        this.timer = timer;
        this.returnDelay = returnDelay;
    }

    void add(Work work) {
        all.add(work);
        if (draining) {
            takeBack(work, SettlementReason.SHUTDOWN);
        }
    }

    /** Whether whatever arrives is returned. */
    boolean isDraining() {
        return draining;
    }

    /**
     * Adds a redelivered copy of work whose handler runs here, its own channel having gone (a handler longer than the
     * broker's consumer timeout). The store need not be asked: the copy waits for that run, also over an outage.
     *
     * @return false if it is no such copy
     */
    boolean attach(Work copy) {
        if (!copy.delivery.redelivered()) {
            return false;
        }
        for (Work running : all) {
            if (running.isRunOf(copy) && copy.move(Work.Stage.WAITING, Work.Stage.ATTACHED)) {
                all.add(copy);
                if (running.attach(copy)) {
                    return true;
                }
                remove(copy);
                return !copy.move(Work.Stage.ATTACHED, Work.Stage.WAITING);
            }
        }
        return false;
    }

    /** @return whether it was on its way until now */
    boolean remove(Work work) {
        boolean removed = all.remove(work);
        if (removed && all.isEmpty()) {
            lock.lock();
            try {
                empty.signalAll();
            } finally {
                lock.unlock();
            }
        }
        return removed;
    }

    /** Number of deliveries on their way. */
    public int size() {
        return all.size();
    }

    /** What is on its way now, in no order. */
    public List<TaskView> tasks() {
        return List.copyOf(all);
    }

    /** What was revoked need not wait for its time any more: it is recorded as such as soon as there is a slot. */
    public void release(Predicate<TaskView> revoked) {
        for (Work work : all) {
            if (work.stage() == Work.Stage.HELD && revoked.test(work)) {
                holding.release(work);
                pacer.release(work);
            }
        }
    }

    /** From now on as many handlers may run at once. */
    public void resize(int slots) {
        claimAhead.resize(slots);
    }

    /**
     * Limits how often a task's handlers are called.
     *
     * @param perSecond 0 = no limit
     */
    public void limitRate(String task, double perSecond) {
        pacer.limit(task, perSecond);
    }

    /** The task's rate limit, now or later, counts over all workers of the namespace. Said before the first limit. */
    public void shareRate(String task) {
        pacer.share(task);
    }

    /** Number of deliveries held, unsettled, taking no slot. */
    public int held() {
        int attached = (int)
                all.stream().filter(work -> work.stage() == Work.Stage.ATTACHED).count();
        return holding.size() + attached;
    }

    /**
     * Number of deliveries of {@code queue} that leave room for others. The copy that is attached to a run is none of them:
     * that handler's slot is taken, and both become free together. Further copies of the same run are.
     */
    public int held(String queue) {
        int besides = (int) all.stream()
                .filter(work -> work.besides
                        && work.stage() == Work.Stage.ATTACHED
                        && work.delivery.queue().equals(queue))
                .count();
        return holding.size(queue) + besides;
    }

    /** Number of deliveries that run, or would if there were slots for all: neither held nor waiting for their turn. */
    public int runnable() {
        return Math.max(0, size() - held() - pacer.waiting());
    }

    /** How many handlers end per nanosecond, if so many run at once; 0 while nothing is known of them. */
    public double handlersPerNano(int slots) {
        long now = ticker.nanos();
        return pace.perNano(
                slots,
                all.stream()
                        .mapToLong(work -> work.runningSince)
                        .filter(since -> since != 0)
                        .map(since -> now - since));
    }

    /** A handler begins, now by the ticker. */
    void begins(Work work, long now) {
        work.runningSince = now | 1;
    }

    /** Work ended after {@code nanos}, its handler with it. */
    void ended(Work work, long nanos) {
        if (work.runningSince != 0) {
            work.runningSince = 0;
            pace.ended(nanos);
        }
    }

    /**
     * The store is given up: nothing that has not started will start. Blocked work is returned when the delay is over and
     * {@code quiet} is complete, that is when nothing more is delivered to us.
     */
    public void storeGone(CompletableFuture<Void> quiet) {
        claimAhead.onlyFailingOpen();
        for (Work work : all) {
            // What is not due needs no store yet. It is blocked when it is due and the store is still away.
            if (work.stage() != Work.Stage.HELD || !work.untilDue) {
                block(work);
            }
        }
        long outage = ++outages;
        returning = false;
        var unused = timer.schedule(
                () -> quiet.whenComplete((cancelled, never) -> timer.execute(() -> giveBackBlocked(outage))),
                returnDelay.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void giveBackBlocked(long outage) {
        if (outage == outages && !checker.breaker().allowsClaims()) {
            returning = true;
            returnBlocked();
        }
    }

    /** The store is back: what was not returned meanwhile is claimed again. */
    public void storeBack() {
        returning = false;
        claimAhead.resume();
        unblock();
    }

    /**
     * Keeps work from running because the store is in doubt: counted once, then returned to the broker when the outage
     * lasts, or claimed again (with a new nonce) when it was a blip.
     */
    void block(Work work) {
        if (work.failsOpen()) {
            return; // it runs without the store
        }
        Work.Stage from = work.takeUnstarted(Work.Stage.BLOCKED);
        if (from == Work.Stage.BLOCKED) {
            return;
        }
        letGo(work, from);
        checker.blocked(work.claim, work.handler.name());
        timer.execute(() -> {
            if (checker.breaker().allowsClaims()) {
                unblock();
            } else if (returning) {
                returnBlocked();
            }
        });
    }

    private void returnBlocked() {
        for (Work work : all) {
            if (work.move(Work.Stage.BLOCKED, Work.Stage.SETTLED)) {
                settle(work, new Settlement.Requeue(SettlementReason.STORE_UNAVAILABLE));
            }
        }
    }

    private void unblock() {
        for (Work work : List.copyOf(all)) {
            if (work.move(Work.Stage.BLOCKED, Work.Stage.SETTLED)) {
                Work again = work.again(nonces.next());
                all.add(again);
                remove(work);
                if (draining) {
                    takeBack(again, SettlementReason.SHUTDOWN);
                } else {
                    place.accept(again); // not simply claimed: it may not be due yet
                }
            }
        }
    }

    /** What was in the way of the claim is done, or cannot be done here: the store is asked again, less and less often. */
    void claimAgain(Work work) {
        Work again = work.again(nonces.next());
        again.timesHeld = work.timesHeld;
        holdFor(work, again);
    }

    /**
     * The lease was lost while the handler ran: the delivery is a second copy now, and waits for the new owner. If its
     * channel is gone the broker delivers it again, and that copy, perhaps attached already, is the one that waits.
     */
    void holdAgain(Work work) {
        holdFor(work, work.againAfterLoss(nonces.next()));
    }

    private void holdFor(Work work, Work again) {
        holdCopiesAgain(work);
        if (!work.delivery.channel().isOpen()) {
            remove(work);
            return;
        }
        all.add(again);
        remove(work);
        if (draining) {
            takeBack(again, SettlementReason.SHUTDOWN);
        } else if (again.move(Work.Stage.WAITING, Work.Stage.HELD)) {
            holding.untilFree(again, AGAIN_AFTER_LOSS);
        }
    }

    /** The channel is gone and the broker delivers its messages again; work that has started goes on. */
    public void channelGone(DeliveryChannel channel) {
        for (Work work : all) {
            if (work.delivery.channel() == channel) {
                Work.Stage from = work.takeUnstarted(Work.Stage.SETTLED);
                if (from != Work.Stage.SETTLED) {
                    letGo(work, from);
                    remove(work);
                } else if (work.move(Work.Stage.ATTACHED, Work.Stage.SETTLED)) {
                    remove(work);
                }
            }
        }
    }

    /** Nothing that has not started will start. */
    public void stopStarting() {
        claimAhead.stop();
    }

    /** Returns everything that has not started, and whatever still arrives. */
    public void drain() {
        draining = true;
        stopStarting();
        for (Work work : all) {
            takeBack(work, SettlementReason.SHUTDOWN);
        }
    }

    /** Handlers are about to be interrupted: a failure from now on is ours, not the task's outcome. */
    public void cutShort() {
        cut = true;
    }

    /** The copies that came while {@code work} ran wait for whoever has its key now. */
    void holdCopiesAgain(Work work) {
        for (Work copy : work.detach()) {
            if (copy.move(Work.Stage.ATTACHED, Work.Stage.STARTED)) {
                holdAgain(copy);
            }
        }
    }

    boolean isCutShort() {
        return cut;
    }

    private void takeBack(Work work, SettlementReason reason) {
        Work.Stage from = work.takeUnstarted(Work.Stage.SETTLED);
        if (from != Work.Stage.SETTLED) {
            letGo(work, from);
            settle(work, new Settlement.Requeue(reason));
        }
    }

    /** Ends work that a defect broke off, whatever was being done with it. Nothing happens if it has ended before. */
    void breakOff(Work work, Settlement settlement) {
        Work.Stage from = work.takeUnstarted(Work.Stage.SETTLED);
        claimAhead.notGranted(work);
        holdCopiesAgain(work);
        Lease lease = work.lease;
        if (from != Work.Stage.SETTLED) {
            letGo(work, from);
        } else if (lease != null) {
            checker.letLapse(lease); // the handler may have run
        }
        if (remove(work)) {
            work.move(Work.Stage.STARTED, Work.Stage.SETTLED);
            work.delivery.channel().settle(work.delivery, work.handler.name(), settlement);
        }
    }

    private void letGo(Work work, Work.Stage from) {
        if (from == Work.Stage.HELD) {
            if (!holding.remove(work)) {
                pacer.remove(work);
            }
        } else if (from == Work.Stage.CLAIMED) {
            Lease lease = work.lease;
            if (lease != null) {
                checker.giveBack(lease);
            }
        }
    }

    private void settle(Work work, Settlement settlement) {
        remove(work);
        work.delivery.channel().settle(work.delivery, work.handler.name(), settlement);
    }

    /**
     * Waits until nothing is on its way.
     *
     * @return false if {@code most} passed first
     */
    public boolean awaitEmpty(Duration most) throws InterruptedException {
        long left = most.toNanos();
        lock.lock();
        try {
            while (!all.isEmpty()) {
                if (left <= 0) {
                    return false;
                }
                left = empty.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
