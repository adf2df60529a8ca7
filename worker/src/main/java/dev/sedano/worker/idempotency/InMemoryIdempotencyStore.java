package dev.sedano.worker.idempotency;

import dev.sedano.worker.idempotency.InMemoryRecord.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store for unit tests, users' and our own, as strict about owner, lease and expiry as the one on Redis: both pass the same contract. Answers
 * at once, in the caller's thread. Its clock stands still until moved. Safe for use by many threads.
 */
public final class InMemoryIdempotencyStore implements IdempotencyStore {
    private final InMemoryData data = new InMemoryData();
    private final InMemoryClaims claims = new InMemoryClaims(data);
    private boolean closed;
    private @Nullable StoreException failure;

    /** Moves the clock. */
    public synchronized void advance(Duration time) {
        data.now += time.toMillis();
    }

    /** Makes every call fail with {@code cause} and without effect, until called with null. */
    public synchronized void failWith(@Nullable StoreException cause) {
        failure = cause;
    }

    /** Puts something foreign where the record of {@code key} belongs. */
    public synchronized void occupy(TaskKey key) {
        data.foreign.add(key.record());
    }

    /** Forgets everything; the next call notices. */
    public synchronized void loseAllData() {
        data.loseAll();
    }

    /** Ends the time in which redelivered copies without record only wait. */
    public synchronized void endUnsafeWindow() {
        data.unsafeUntil = 0;
    }

    /** What is stored under a result's key. */
    public synchronized byte @Nullable [] result(String key) {
        return data.results.get(key);
    }

    /** Puts a foreign result there. */
    public synchronized void storeResult(String key, byte[] body) {
        data.results.put(key, body);
    }

    /** The channels that were published to, in order. */
    public synchronized List<String> published() {
        return List.copyOf(data.published);
    }

    @Override
    public CompletableFuture<StoreStatus> hello() {
        return answer(data::status);
    }

    @Override
    public CompletableFuture<ClaimReply> claim(Claim claim) {
        return answer(() -> {
            data.noticeLoss();
            return claims.decide(claim);
        });
    }

    @Override
    public CompletableFuture<RenewReply> renew(TaskKey key, long token, Duration lease) {
        return answer(() -> {
            InMemoryRecord entry = data.record(key);
            if (entry.state == State.ABSENT) {
                return RenewReply.ABSENT;
            }
            if (entry.state != State.RUNNING || entry.token != token) {
                return RenewReply.STALE;
            }
            entry.leaseEnd = data.now + lease.toMillis();
            return RenewReply.RENEWED;
        });
    }

    @Override
    public CompletableFuture<CompleteReply> complete(Completion done) {
        return answer(() -> {
            InMemoryRecord entry = data.record(done.key());
            boolean owner = entry.token == done.token();
            if (entry.state == State.COMPLETED && owner) {
                return new CompleteReply.Recorded(
                        true, entry.resultWritten, entry.blocks.again(done.attempt(), done.token()));
            }
            if (entry.state != State.ABSENT && !(entry.isHeld() && owner && entry.attempt == done.attempt())) {
                return new CompleteReply.Stale(entry.token);
            }
            if (entry.state == State.ABSENT) {
                entry.recreate(
                        done.key(), done.token(), done.attempt(), done.fingerprint(), done.taskId(), done.claimedAt());
                data.lastToken = Math.max(data.lastToken, done.token());
            }
            entry.state = State.COMPLETED;
            entry.was = null;
            entry.followUps = done.followUps();
            entry.followUpsSince = data.now;
            entry.free = done.frees();
            if (!done.frees()) {
                entry.stepsDone.clear();
                entry.stepsBegun.clear();
            }
            entry.outcome = done.outcome();
            entry.kept = done.storedResult();
            entry.forgottenAt = data.now + done.ttl().toMillis();
            entry.resultWritten = data.write(done.result());
            return new CompleteReply.Recorded(
                    false,
                    entry.resultWritten,
                    entry.blocks.settle(entry.claimedAt, done.attempt(), null, "token " + done.token()));
        });
    }

    @Override
    public CompletableFuture<CompleteReply> handOff(HandOff over) {
        return answer(() -> {
            InMemoryRecord entry = data.record(over.key());
            if (entry.handedOffBy == over.token()) {
                return new CompleteReply.Recorded(
                        true, entry.resultWritten, entry.blocks.again(over.attempt(), over.token()));
            }
            boolean owner = entry.token == over.token() && entry.attempt == over.attempt();
            if (entry.state != State.ABSENT && !(entry.isHeld() && owner)) {
                return new CompleteReply.Stale(entry.token);
            }
            if (entry.state == State.ABSENT) {
                entry.recreate(
                        over.key(), over.token(), over.attempt(), over.fingerprint(), over.taskId(), over.claimedAt());
                data.lastToken = Math.max(data.lastToken, over.token());
            }
            entry.state = State.HANDED_OFF;
            entry.was = null;
            entry.nonce = "";
            entry.expected = over.next();
            entry.expectedPrint = over.nextFingerprint();
            entry.followUps = over.followUps();
            entry.followUpsSince = data.now;
            entry.handedOffBy = over.token();
            entry.starts = 0;
            entry.forgottenAt = data.now + over.keep().toMillis();
            entry.resultWritten = data.write(over.result());
            return new CompleteReply.Recorded(
                    false,
                    entry.resultWritten,
                    entry.blocks.settle(entry.claimedAt, over.attempt(), null, "token " + over.token()));
        });
    }

    @Override
    public CompletableFuture<Boolean> settle(TaskKey key, long token) {
        return answer(() -> {
            InMemoryRecord entry = data.record(key);
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
            InMemoryRecord entry = data.record(key);
            if (entry.state == State.ABSENT) {
                return RenewReply.ABSENT;
            }
            if (entry.state != State.RUNNING || entry.token != token || entry.nonce.isEmpty()) {
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
            InMemoryRecord entry = data.record(parking.key());
            if (entry.state == State.ABSENT) {
                return RenewReply.ABSENT;
            }
            if (!entry.isHeld() || entry.token != parking.token()) {
                return RenewReply.STALE;
            }
            entry.state = State.PARKED;
            return RenewReply.RENEWED;
        });
    }

    @Override
    public CompletableFuture<StepReply> step(TaskKey key, long token, StepChange change) {
        return answer(() -> {
            InMemoryRecord entry = data.record(key);
            if (entry.state != State.RUNNING || entry.token != token) {
                return new StepReply.Stale();
            }
            return entry.step(token, change);
        });
    }

    @Override
    public CompletableFuture<Boolean> release(TaskKey key, String nonce) {
        return answer(() -> {
            InMemoryRecord entry = data.record(key);
            if (entry.state != State.RUNNING || !entry.nonce.equals(nonce)) {
                return false;
            }
            if (entry.startedBy == entry.token) {
                entry.startedBy = 0;
                entry.starts--;
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
                data.records.put(key.record(), entry.was);
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
            InMemoryRecord entry = data.record(blocked.key());
            return entry.blocks.report(blocked, entry.isBeyond(blocked.attempt()), entry.claimedAt);
        });
    }

    @Override
    public CompletableFuture<Turns> takeTurns(TurnRequest request) {
        return answer(() -> data.takeTurns(request));
    }

    @Override
    public synchronized long estimatedNow() {
        return data.now;
    }

    @Override
    public synchronized void close() {
        closed = true;
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
