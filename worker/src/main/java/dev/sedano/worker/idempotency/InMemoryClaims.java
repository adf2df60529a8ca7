package dev.sedano.worker.idempotency;

import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.idempotency.IdempotencyStore.Claim;
import dev.sedano.worker.idempotency.InMemoryRecord.State;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Decides of claims as {@code claim.lua} does; guarded by the store that holds the data. */
final class InMemoryClaims {
    private static final long PUBLISHING = 10_000;

    private final InMemoryData data;

    InMemoryClaims(InMemoryData data) {
        this.data = data;
    }

    ClaimReply decide(Claim claim) {
        InMemoryRecord entry = data.record(claim.key());
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
                return new ClaimReply.Conflict(entry.token, other && !entry.ids.contains(claim.taskId()));
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
                return new ClaimReply.Conflict(entry.token, false);
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
            if (data.unsafeUntil > data.now) {
                return new ClaimReply.Unsafe(Duration.ofMillis(data.unsafeUntil - data.now));
            }
            if (data.lossUntil > data.now) {
                if (claim.afterLeaseLoss() == AfterLeaseLoss.PARK) {
                    return new ClaimReply.HeldAfterLoss();
                }
                prior = PriorRun.STORE_LOST_DATA;
            }
        }
        if (anew) {
            entry = entry.next(claim.fingerprint());
            data.records.put(claim.key().record(), entry);
        }
        return grant(entry, claim, prior);
    }

    private @Nullable ClaimReply whileRunning(InMemoryRecord entry, Claim claim, boolean other) {
        if (!other && claim.attempt() < entry.attempt) {
            return new ClaimReply.StaleAttempt(entry.token, entry.attempt, null);
        }
        boolean samePrint = entry.fingerprint.equals(claim.fingerprint());
        if (!other && claim.attempt() == entry.attempt && !samePrint) {
            return new ClaimReply.Conflict(entry.token, false);
        }
        if (entry.nonce.equals(claim.nonce()) && claim.attempt() == entry.attempt) {
            entry.leaseEnd = data.now + claim.lease().toMillis();
            entry.claimedAt.put(entry.attempt, data.now);
            return new ClaimReply.Granted(entry.token, entry.prior, data.now);
        }
        boolean equalCopy =
                claim.attempt() == entry.attempt && samePrint && entry.firstPrint.equals(claim.fingerprint());
        if (entry.leaseEnd > data.now) {
            return new ClaimReply.Busy(entry.token, Duration.ofMillis(entry.leaseEnd - data.now));
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

    private boolean stillPublished(InMemoryRecord entry) {
        return entry.followUps != null && entry.followUpsSince + PUBLISHING > data.now;
    }

    private ClaimReply publishing(InMemoryRecord entry) {
        return new ClaimReply.Busy(entry.token, Duration.ofMillis(entry.followUpsSince + PUBLISHING - data.now));
    }

    private static ClaimReply parked(InMemoryRecord entry) {
        return new ClaimReply.Parked(
                entry.token, entry.owner, entry.claimedAt.getOrDefault(entry.attempt, 0L), entry.lastStep);
    }

    private ClaimReply grant(InMemoryRecord entry, Claim claim, PriorRun prior) {
        data.lastToken = Math.max(data.lastToken + 1, data.now * 1000);
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
        entry.token = data.lastToken;
        entry.attempt = claim.attempt();
        entry.fingerprint = claim.fingerprint();
        entry.leaseEnd = data.now + claim.lease().toMillis();
        entry.forgottenAt = data.now + claim.keep().toMillis();
        entry.prior = prior;
        entry.claimedAt.put(claim.attempt(), data.now);
        return new ClaimReply.Granted(data.lastToken, prior, data.now);
    }
}
