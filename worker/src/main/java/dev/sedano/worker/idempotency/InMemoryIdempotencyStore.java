package dev.sedano.worker.idempotency;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store for unit tests, users' and our own, as strict about owner, lease and expiry as the one on Redis: both pass the same contract. Answers
 * at once, in the caller's thread. Its clock stands still until moved. Safe for use by many threads.
 */
public final class InMemoryIdempotencyStore implements IdempotencyStore {
    private static final long UNSAFE_WINDOW = 10_000;
    private static final long PUBLISHING = 10_000;
    private static final int MOST_STEPS = 1_000;
    private static final long LOSS_HORIZON = Duration.ofDays(7).toMillis();

    private enum State {
        ABSENT,
        RUNNING,
        HANDED_OFF,
        COMPLETED,
        PARKED
    }

    private static final class Entry {
        State state = State.ABSENT;
        String nonce = "";
        long token;
        long attempt;
        long expected = -1;
        String expectedPrint = "";
        String fingerprint = "";
        long leaseEnd;
        long forgottenAt = Long.MAX_VALUE;
        PriorRun prior = PriorRun.NONE;

        @Nullable
        String firstId;

        String firstPrint = "";
        String outcome = "";
        byte @Nullable [] kept;
        byte @Nullable [] followUps;
        long followUpsSince;
        long handedOffBy;
        boolean free;
        /** The ids that claimed the key in this life of it, and in earlier ones that ended free. */
        final Set<String> ids = new LinkedHashSet<>();

        final Set<String> released = new LinkedHashSet<>();

        /** The life before this one, until this one starts. */
        @Nullable
        Entry was;

        String owner = "";
        String lastStep = "";
        int starts;
        long startedBy;
        final Map<String, byte[]> stepsDone = new HashMap<>();
        final Map<String, Long> stepsBegun = new HashMap<>();
        boolean resultWritten;
        final Map<Long, Long> claimedAt = new HashMap<>();
        Map<String, BlockedDelivery> pending = new LinkedHashMap<>();
        Map<String, BlockVerdict.Resolved> decided = new LinkedHashMap<>();
        Map<String, Long> decidedAttempt = new HashMap<>();
        Map<String, String> decidedBy = new HashMap<>();

        /** A free key's next life: who lived before, what is blocked, and the steps of the same work. */
        Entry next(String print) {
            Entry next = new Entry();
            next.was = this;
            next.released.addAll(released);
            next.released.addAll(ids);
            next.pending = pending;
            next.decided = decided;
            next.decidedAttempt = decidedAttempt;
            next.decidedBy = decidedBy;
            if (firstPrint.equals(print)) {
                next.stepsDone.putAll(stepsDone);
                next.stepsBegun.putAll(stepsBegun);
                next.lastStep = lastStep;
            }
            return next;
        }
    }

    private final Map<String, Entry> records = new HashMap<>();
    private final Map<String, byte[]> results = new HashMap<>();
    private final List<String> published = new ArrayList<>();
    private long now = 1_700_000_000_000L;
    private long lastToken;
    private long unsafeUntil;
    private long lossUntil;
    private int epoch = 1;
    private boolean lost;
    private boolean closed;
    private @Nullable StoreException failure;
    private final Set<String> foreign = new HashSet<>();

    /** Moves the clock. */
    public synchronized void advance(Duration time) {
        now += time.toMillis();
    }

    /** Makes every call fail with {@code cause} and without effect, until called with null. */
    public synchronized void failWith(@Nullable StoreException cause) {
        failure = cause;
    }

    /** Puts something foreign where the record of {@code key} belongs. */
    public synchronized void occupy(TaskKey key) {
        foreign.add(key.record());
    }

    /** Forgets everything; the next call notices. */
    public synchronized void loseAllData() {
        records.clear();
        results.clear();
        lost = true;
    }

    /** Ends the time in which redelivered copies without record only wait. */
    public synchronized void endUnsafeWindow() {
        unsafeUntil = 0;
    }

    /** What is stored under a result's key. */
    public synchronized byte @Nullable [] result(String key) {
        return results.get(key);
    }

    /** Puts a foreign result there. */
    public synchronized void storeResult(String key, byte[] body) {
        results.put(key, body);
    }

    /** The channels that were published to, in order. */
    public synchronized List<String> published() {
        return List.copyOf(published);
    }

    @Override
    public CompletableFuture<StoreStatus> hello() {
        return answer(() -> {
            boolean noticed = lost;
            noticeLoss();
            return new StoreStatus(
                    noticed ? StoreStatus.Verdict.AMNESIA : StoreStatus.Verdict.OK,
                    "epoch" + epoch,
                    1,
                    Duration.ofMillis(Math.max(0, unsafeUntil - now)),
                    Duration.ofMillis(Math.max(0, lossUntil - now)),
                    now,
                    0);
        });
    }

    @Override
    public CompletableFuture<ClaimReply> claim(Claim claim) {
        return answer(() -> {
            noticeLoss();
            Entry entry = entry(claim.key());
            boolean other = claim.key().explicit() && entry.firstId != null && !entry.firstId.equals(claim.taskId());
            PriorRun prior = PriorRun.NONE;
            if (other && entry.released.contains(claim.taskId())) {
                boolean ended = entry.state == State.COMPLETED;
                return ended && stillPublished(entry)
                        ? publishing(entry)
                        : new ClaimReply.StaleAttempt(entry.token, entry.attempt, ended ? entry.followUps : null);
            }
            boolean anew = entry.state == State.COMPLETED && entry.free && other && !entry.ids.contains(claim.taskId());
            if (anew) {
                byte[] left = entry.followUps;
                if (left != null) {
                    return stillPublished(entry) ? publishing(entry) : new ClaimReply.Unfinished(entry.token, left);
                }
            } else if (entry.state == State.COMPLETED) {
                boolean conflict = other
                        ? !entry.firstPrint.equals(claim.fingerprint())
                        : entry.attempt == claim.attempt() && !entry.fingerprint.equals(claim.fingerprint());
                String first = entry.firstId == null ? claim.taskId() : entry.firstId;
                if (conflict) {
                    return new ClaimReply.Conflict(entry.token);
                }
                return stillPublished(entry)
                        ? publishing(entry)
                        : new ClaimReply.Duplicate(entry.token, first, entry.outcome, entry.kept, entry.followUps);
            }
            if (entry.state == State.PARKED) {
                return parked(entry);
            }
            if (entry.state == State.HANDED_OFF) {
                if (other) {
                    return new ClaimReply.Busy(entry.token, claim.lease());
                }
                if (claim.attempt() < entry.expected) {
                    return stillPublished(entry)
                            ? publishing(entry)
                            : new ClaimReply.StaleAttempt(entry.token, entry.expected, entry.followUps);
                }
                if (claim.attempt() == entry.expected
                        && !entry.expectedPrint.isEmpty()
                        && !entry.expectedPrint.equals(claim.fingerprint())) {
                    return new ClaimReply.Conflict(entry.token);
                }
            } else if (entry.state == State.RUNNING) {
                ClaimReply refusal = whileRunning(entry, claim, other);
                if (refusal != null) {
                    return refusal;
                }
                if (claim.attempt() == entry.attempt) {
                    boolean poison = entry.starts >= 1 && entry.starts + 1 >= claim.maxCrashes();
                    prior = poison ? PriorRun.TOO_MANY_CRASHES : PriorRun.MAY_HAVE_RUN;
                }
            }
            if (prior == PriorRun.NONE && claim.redelivered()) {
                if (unsafeUntil > now) {
                    return new ClaimReply.Unsafe(Duration.ofMillis(unsafeUntil - now));
                }
                if (lossUntil > now) {
                    if (claim.afterLeaseLoss() == AfterLeaseLoss.PARK) {
                        return new ClaimReply.HeldAfterLoss();
                    }
                    prior = PriorRun.STORE_LOST_DATA;
                }
            }
            if (anew) {
                entry = entry.next(claim.fingerprint());
                records.put(claim.key().record(), entry);
            }
            return grant(entry, claim, prior);
        });
    }

    private @Nullable ClaimReply whileRunning(Entry entry, Claim claim, boolean other) {
        if (!other && claim.attempt() < entry.attempt) {
            return new ClaimReply.StaleAttempt(entry.token, entry.attempt, null);
        }
        boolean samePrint = entry.fingerprint.equals(claim.fingerprint());
        if (!other && claim.attempt() == entry.attempt && !samePrint) {
            return new ClaimReply.Conflict(entry.token);
        }
        if (entry.nonce.equals(claim.nonce()) && claim.attempt() == entry.attempt) {
            entry.leaseEnd = now + claim.lease().toMillis();
            entry.claimedAt.put(entry.attempt, now);
            return new ClaimReply.Granted(entry.token, entry.prior, now);
        }
        boolean equalCopy =
                claim.attempt() == entry.attempt && samePrint && entry.firstPrint.equals(claim.fingerprint());
        if (entry.leaseEnd > now) {
            return new ClaimReply.Busy(entry.token, Duration.ofMillis(entry.leaseEnd - now));
        }
        if (other && !equalCopy) {
            return new ClaimReply.Busy(entry.token, claim.lease());
        }
        if (claim.afterLeaseLoss() == AfterLeaseLoss.PARK) {
            entry.state = State.PARKED;
            return parked(entry);
        }
        return null;
    }

    private boolean stillPublished(Entry entry) {
        return entry.followUps != null && entry.followUpsSince + PUBLISHING > now;
    }

    private ClaimReply publishing(Entry entry) {
        return new ClaimReply.Busy(entry.token, Duration.ofMillis(entry.followUpsSince + PUBLISHING - now));
    }

    private static ClaimReply parked(Entry entry) {
        return new ClaimReply.Parked(
                entry.token, entry.owner, entry.claimedAt.getOrDefault(entry.attempt, 0L), entry.lastStep);
    }

    private ClaimReply grant(Entry entry, Claim claim, PriorRun prior) {
        lastToken = Math.max(lastToken + 1, now * 1000);
        if (claim.attempt() != entry.attempt) {
            entry.starts = 0;
        }
        if (entry.state == State.HANDED_OFF) {
            entry.followUps = null;
        }
        entry.owner = claim.owner();
        if (claim.key().explicit()) {
            if (entry.state == State.ABSENT || !claim.taskId().equals(entry.firstId)) {
                entry.firstId = claim.taskId();
                entry.firstPrint = claim.fingerprint();
            }
            entry.ids.add(claim.taskId());
        }
        entry.state = State.RUNNING;
        entry.nonce = claim.nonce();
        entry.token = lastToken;
        entry.attempt = claim.attempt();
        entry.fingerprint = claim.fingerprint();
        entry.leaseEnd = now + claim.lease().toMillis();
        entry.forgottenAt = now + claim.keep().toMillis();
        entry.prior = prior;
        entry.claimedAt.put(claim.attempt(), now);
        return new ClaimReply.Granted(lastToken, prior, now);
    }

    @Override
    public CompletableFuture<RenewReply> renew(TaskKey key, long token, Duration lease) {
        return answer(() -> {
            Entry entry = entry(key);
            if (entry.state == State.ABSENT) {
                return RenewReply.ABSENT;
            }
            if (entry.state != State.RUNNING || entry.token != token) {
                return RenewReply.STALE;
            }
            entry.leaseEnd = now + lease.toMillis();
            return RenewReply.RENEWED;
        });
    }

    @Override
    public CompletableFuture<CompleteReply> complete(Completion done) {
        return answer(() -> {
            Entry entry = entry(done.key());
            boolean owner = entry.token == done.token();
            if (entry.state == State.COMPLETED && owner) {
                return new CompleteReply.Recorded(
                        true, entry.resultWritten, again(entry, done.attempt(), done.token()));
            }
            boolean held = entry.state == State.RUNNING || entry.state == State.PARKED;
            if (entry.state != State.ABSENT && !(held && owner && entry.attempt == done.attempt())) {
                return new CompleteReply.Stale(entry.token);
            }
            if (entry.state == State.ABSENT) {
                recreate(
                        entry,
                        done.key(),
                        done.token(),
                        done.attempt(),
                        done.fingerprint(),
                        done.taskId(),
                        done.claimedAt());
            }
            entry.state = State.COMPLETED;
            entry.was = null;
            entry.followUps = done.followUps();
            entry.followUpsSince = now;
            entry.free = done.frees();
            if (!done.frees()) {
                entry.stepsDone.clear();
                entry.stepsBegun.clear();
            }
            entry.outcome = done.outcome();
            entry.kept = done.storedResult();
            entry.forgottenAt = now + done.ttl().toMillis();
            entry.resultWritten = write(done.result());
            return new CompleteReply.Recorded(
                    false, entry.resultWritten, settle(entry, done.attempt(), null, "token " + done.token()));
        });
    }

    private void recreate(
            Entry entry, TaskKey key, long token, long attempt, String print, String taskId, long claimedAt) {
        entry.token = token;
        entry.attempt = attempt;
        entry.fingerprint = print;
        entry.claimedAt.put(attempt, claimedAt);
        lastToken = Math.max(lastToken, token);
        if (key.explicit()) {
            entry.firstId = taskId;
            entry.firstPrint = print;
            entry.ids.add(taskId);
        }
    }

    @Override
    public CompletableFuture<CompleteReply> handOff(HandOff over) {
        return answer(() -> {
            Entry entry = entry(over.key());
            if (entry.handedOffBy == over.token()) {
                return new CompleteReply.Recorded(
                        true, entry.resultWritten, again(entry, over.attempt(), over.token()));
            }
            boolean held = entry.state == State.RUNNING || entry.state == State.PARKED;
            boolean owner = entry.token == over.token() && entry.attempt == over.attempt();
            if (entry.state != State.ABSENT && !(held && owner)) {
                return new CompleteReply.Stale(entry.token);
            }
            if (entry.state == State.ABSENT) {
                recreate(
                        entry,
                        over.key(),
                        over.token(),
                        over.attempt(),
                        over.fingerprint(),
                        over.taskId(),
                        over.claimedAt());
            }
            entry.state = State.HANDED_OFF;
            entry.was = null;
            entry.nonce = "";
            entry.expected = over.next();
            entry.expectedPrint = over.nextFingerprint();
            entry.followUps = over.followUps();
            entry.followUpsSince = now;
            entry.handedOffBy = over.token();
            entry.starts = 0;
            entry.forgottenAt = now + over.keep().toMillis();
            entry.resultWritten = write(over.result());
            return new CompleteReply.Recorded(
                    false, entry.resultWritten, settle(entry, over.attempt(), null, "token " + over.token()));
        });
    }

    @Override
    public CompletableFuture<Boolean> settle(TaskKey key, long token) {
        return answer(() -> {
            Entry entry = entry(key);
            if (entry.token != token || entry.followUps == null) {
                return false;
            }
            entry.followUps = null;
            return true;
        });
    }

    @Override
    public CompletableFuture<RenewReply> start(TaskKey key, long token) {
        return answer(() -> {
            Entry entry = entry(key);
            if (entry.state == State.ABSENT) {
                return RenewReply.ABSENT;
            }
            if (entry.state != State.RUNNING || entry.token != token) {
                return RenewReply.STALE;
            }
            if (entry.startedBy != token) {
                entry.startedBy = token;
                entry.starts++;
            }
            return RenewReply.RENEWED;
        });
    }

    @Override
    public CompletableFuture<RenewReply> park(Parking parking) {
        return answer(() -> {
            Entry entry = entry(parking.key());
            if (entry.state == State.ABSENT) {
                return RenewReply.ABSENT;
            }
            boolean held = entry.state == State.RUNNING || entry.state == State.PARKED;
            if (!held || entry.token != parking.token()) {
                return RenewReply.STALE;
            }
            entry.state = State.PARKED;
            return RenewReply.RENEWED;
        });
    }

    @Override
    public CompletableFuture<StepReply> step(TaskKey key, long token, StepChange change) {
        return answer(() -> {
            Entry entry = entry(key);
            if (entry.state != State.RUNNING || entry.token != token) {
                return new StepReply.Stale();
            }
            String name = change.name();
            byte[] done = entry.stepsDone.get(name);
            Long begun = entry.stepsBegun.get(name);
            if (change instanceof StepChange.Read || change instanceof StepChange.Begin) {
                if (done != null) {
                    return new StepReply.Done(done);
                } else if (begun != null && begun != token) {
                    return new StepReply.Begun(begun);
                } else if (change instanceof StepChange.Read) {
                    return new StepReply.Free();
                }
            }
            boolean fresh = done == null && begun == null;
            if (change instanceof StepChange.Undo) {
                entry.stepsBegun.remove(name, token);
                return new StepReply.Recorded();
            }
            if (fresh && entry.stepsDone.size() + entry.stepsBegun.size() >= MOST_STEPS) {
                return new StepReply.Full();
            }
            entry.lastStep = name;
            if (change instanceof StepChange.End end) {
                entry.stepsBegun.remove(name);
                entry.stepsDone.put(name, end.value());
            } else {
                entry.stepsBegun.put(name, token);
            }
            return new StepReply.Recorded();
        });
    }

    private static List<BlockVerdict.Resolved> again(Entry entry, long attempt, long token) {
        List<BlockVerdict.Resolved> again = new ArrayList<>();
        entry.decided.forEach((id, verdict) -> {
            if (entry.decidedAttempt.getOrDefault(id, 0L) <= attempt) {
                again.add(repeated(verdict, ("token " + token).equals(entry.decidedBy.get(id))));
            }
        });
        return again;
    }

    private boolean write(@Nullable ResultWrite write) {
        if (write == null) {
            return false;
        }
        byte[] old = results.get(write.key());
        if (old != null && StoredSuccess.is(old)) {
            return false;
        }
        results.put(write.key(), write.body());
        published.add(write.key());
        return true;
    }

    @Override
    public CompletableFuture<Boolean> release(TaskKey key, String nonce) {
        return answer(() -> {
            Entry entry = entry(key);
            if (entry.state != State.RUNNING || !entry.nonce.equals(nonce)) {
                return false;
            }
            if (entry.prior == PriorRun.NONE && entry.attempt > 0) {
                if (entry.expected != entry.attempt) {
                    entry.expectedPrint = "";
                }
                entry.expected = entry.attempt;
                entry.state = State.HANDED_OFF;
                entry.was = null;
            } else if (entry.prior == PriorRun.NONE && entry.was != null) {
                entry.was.forgottenAt = entry.forgottenAt;
                records.put(key.record(), entry.was);
            } else if (entry.prior == PriorRun.NONE) {
                entry.state = State.ABSENT;
                entry.ids.clear();
                entry.claimedAt.remove(entry.attempt);
                entry.firstId = null;
                entry.firstPrint = "";
            } else {
                entry.leaseEnd = 0;
            }
            entry.nonce = "";
            return true;
        });
    }

    @Override
    public CompletableFuture<BlockVerdict> reportBlocked(BlockedDelivery blocked) {
        return answer(() -> {
            Entry entry = entry(blocked.key());
            BlockVerdict.Resolved old = entry.decided.get(blocked.id());
            if (old != null) {
                return repeated(old, "report".equals(entry.decidedBy.get(blocked.id())));
            }
            boolean over = (entry.state == State.HANDED_OFF && entry.expected > blocked.attempt())
                    || (entry.state == State.COMPLETED && entry.attempt >= blocked.attempt())
                    || ((entry.state == State.RUNNING || entry.state == State.PARKED)
                            && entry.attempt > blocked.attempt());
            entry.pending.putIfAbsent(blocked.id(), blocked);
            if (over) {
                settle(entry, blocked.attempt(), blocked.id(), "report");
                BlockVerdict verdict = entry.decided.get(blocked.id());
                if (verdict != null) {
                    return verdict;
                }
            }
            return new BlockVerdict.Pending();
        });
    }

    private static List<BlockVerdict.Resolved> settle(Entry entry, long attempt, @Nullable String only, String by) {
        List<BlockVerdict.Resolved> all = new ArrayList<>();
        entry.pending.values().removeIf(each -> {
            if (each.attempt() > attempt || (only != null && !only.equals(each.id()))) {
                return false;
            }
            long delay = Math.max(0, entry.claimedAt.getOrDefault(each.attempt(), 0L) - each.blockedAt());
            BlockVerdict.Resolved verdict =
                    new BlockVerdict.Resolved(each.id(), delay > 0, Duration.ofMillis(delay), true);
            entry.decided.put(each.id(), verdict);
            entry.decidedBy.put(each.id(), by);
            entry.decidedAttempt.put(each.id(), each.attempt());
            all.add(verdict);
            return true;
        });
        return all;
    }

    private static BlockVerdict.Resolved repeated(BlockVerdict.Resolved verdict, boolean own) {
        return new BlockVerdict.Resolved(verdict.id(), verdict.falsePositive(), verdict.delay(), own);
    }

    @Override
    public synchronized long estimatedNow() {
        return now;
    }

    @Override
    public synchronized void close() {
        closed = true;
    }

    private Entry entry(TaskKey key) {
        if (foreign.contains(key.record())) {
            throw new StoreException(
                    StoreException.Kind.FOREIGN_KEY, StoreException.Effect.NONE, "WRONGTYPE, told to be", null);
        }
        Entry entry = records.get(key.record());
        if (entry == null || entry.forgottenAt <= now) {
            entry = new Entry();
            records.put(key.record(), entry);
        }
        return entry;
    }

    private void noticeLoss() {
        if (lost) {
            lost = false;
            epoch++;
            unsafeUntil = now + UNSAFE_WINDOW;
            lossUntil = now + LOSS_HORIZON;
        }
    }

    private synchronized <T> CompletableFuture<T> answer(Supplier<T> call) {
        if (closed) {
            return CompletableFuture.failedFuture(new StoreException(
                    StoreException.Kind.CLOSED, StoreException.Effect.NONE, "the store is closed", null));
        }
        if (failure != null) {
            return CompletableFuture.failedFuture(failure);
        }
        try {
            return CompletableFuture.completedFuture(call.get());
        } catch (StoreException foreignRecord) {
            return CompletableFuture.failedFuture(foreignRecord);
        }
    }
}
