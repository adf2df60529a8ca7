package dev.sedano.worker.idempotency;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store for tests, as strict about owner, lease and expiry as the one on Redis: both pass the same contract. Answers
 * at once, in the caller's thread. Its clock stands still until moved. Safe for use by many threads.
 */
public final class InMemoryIdempotencyStore implements IdempotencyStore {
    private static final long UNSAFE_WINDOW = 10_000;
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
        String fingerprint = "";
        long leaseEnd;
        long forgottenAt = Long.MAX_VALUE;
        PriorRun prior = PriorRun.NONE;

        @Nullable
        String firstId;

        String firstPrint = "";
        String outcome = "";
        byte @Nullable [] kept;
        boolean resultWritten;
        final Map<Long, Long> claimedAt = new HashMap<>();
        final Map<String, BlockedDelivery> pending = new LinkedHashMap<>();
        final Map<String, BlockVerdict.Resolved> decided = new LinkedHashMap<>();
        final Map<String, Long> decidedAttempt = new HashMap<>();
        final Map<String, String> decidedBy = new HashMap<>();
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

    /** Moves the clock. */
    public synchronized void advance(Duration time) {
        now += time.toMillis();
    }

    /** Makes every call fail with {@code cause} and without effect, until called with null. */
    public synchronized void failWith(@Nullable StoreException cause) {
        failure = cause;
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
                    now);
        });
    }

    @Override
    public CompletableFuture<ClaimReply> claim(Claim claim) {
        return answer(() -> {
            noticeLoss();
            Entry entry = entry(claim.key());
            boolean other = claim.key().explicit() && entry.firstId != null && !entry.firstId.equals(claim.taskId());
            PriorRun prior = PriorRun.NONE;
            if (entry.state == State.COMPLETED) {
                boolean conflict = other
                        ? !entry.firstPrint.equals(claim.fingerprint())
                        : entry.attempt == claim.attempt() && !entry.fingerprint.equals(claim.fingerprint());
                String first = entry.firstId == null ? claim.taskId() : entry.firstId;
                return conflict
                        ? new ClaimReply.Conflict(entry.token)
                        : new ClaimReply.Duplicate(entry.token, first, entry.outcome, entry.kept);
            }
            if (entry.state == State.PARKED) {
                return new ClaimReply.Parked(entry.token);
            }
            if (entry.state == State.HANDED_OFF) {
                if (other) {
                    return new ClaimReply.Busy(entry.token, claim.lease());
                }
                if (claim.attempt() < entry.expected) {
                    return new ClaimReply.StaleAttempt(entry.token, entry.expected);
                }
            } else if (entry.state == State.RUNNING) {
                ClaimReply refusal = whileRunning(entry, claim, other);
                if (refusal != null) {
                    return refusal;
                }
                prior = claim.attempt() == entry.attempt ? PriorRun.MAY_HAVE_RUN : PriorRun.NONE;
            } else if (claim.redelivered() && unsafeUntil > now) {
                return new ClaimReply.Unsafe(Duration.ofMillis(unsafeUntil - now));
            } else if (claim.redelivered() && lossUntil > now) {
                if (claim.afterLeaseLoss() == AfterLeaseLoss.PARK) {
                    return new ClaimReply.HeldAfterLoss();
                }
                prior = PriorRun.STORE_LOST_DATA;
            }
            return grant(entry, claim, prior);
        });
    }

    private @Nullable ClaimReply whileRunning(Entry entry, Claim claim, boolean other) {
        if (!other && claim.attempt() < entry.attempt) {
            return new ClaimReply.StaleAttempt(entry.token, entry.attempt);
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
            return new ClaimReply.Parked(entry.token);
        }
        return null;
    }

    private ClaimReply grant(Entry entry, Claim claim, PriorRun prior) {
        lastToken = Math.max(lastToken + 1, now * 1000);
        if (entry.state == State.ABSENT && claim.key().explicit()) {
            entry.firstId = claim.taskId();
            entry.firstPrint = claim.fingerprint();
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
                List<BlockVerdict.Resolved> again = new ArrayList<>();
                entry.decided.forEach((id, verdict) -> {
                    if (entry.decidedAttempt.getOrDefault(id, 0L) <= done.attempt()) {
                        again.add(repeated(verdict, ("token " + done.token()).equals(entry.decidedBy.get(id))));
                    }
                });
                return new CompleteReply.Recorded(true, entry.resultWritten, again);
            }
            boolean held = entry.state == State.RUNNING || entry.state == State.PARKED;
            if (entry.state != State.ABSENT && !(held && owner && entry.attempt == done.attempt())) {
                return new CompleteReply.Stale(entry.token);
            }
            if (entry.state == State.ABSENT) {
                recreate(entry, done);
            }
            entry.state = State.COMPLETED;
            entry.outcome = done.outcome();
            entry.kept = done.storedResult();
            entry.forgottenAt = now + done.ttl().toMillis();
            entry.resultWritten = write(done.result());
            return new CompleteReply.Recorded(
                    false, entry.resultWritten, settle(entry, done.attempt(), null, "token " + done.token()));
        });
    }

    private void recreate(Entry entry, Completion done) {
        entry.token = done.token();
        entry.attempt = done.attempt();
        entry.fingerprint = done.fingerprint();
        entry.claimedAt.put(done.attempt(), done.claimedAt());
        lastToken = Math.max(lastToken, done.token());
        if (done.key().explicit()) {
            entry.firstId = done.taskId();
            entry.firstPrint = done.fingerprint();
        }
    }

    private boolean write(@Nullable ResultWrite write) {
        if (write == null) {
            return false;
        }
        byte[] old = results.get(write.key());
        String head = old == null ? "" : new String(old, StandardCharsets.ISO_8859_1);
        if (head.startsWith("{\"status\": \"SUCCESS\"") || head.startsWith("{\"status\":\"SUCCESS\"")) {
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
                entry.expected = entry.attempt;
                entry.state = State.HANDED_OFF;
            } else if (entry.prior == PriorRun.NONE) {
                entry.state = State.ABSENT;
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
        return failure != null
                ? CompletableFuture.failedFuture(failure)
                : CompletableFuture.completedFuture(call.get());
    }
}
