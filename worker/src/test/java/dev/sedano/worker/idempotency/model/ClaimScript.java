package dev.sedano.worker.idempotency.model;

import dev.sedano.worker.idempotency.model.StoreRecord.State;

/** The claim script, one atomic step. */
final class ClaimScript {
    enum Reply {
        GRANTED,
        /** Granted to record a failure, not to run: too many starts were lost. */
        POISON,
        BUSY,
        DUPLICATE,
        DUPLICATE_PENDING,
        STALE_ATTEMPT,
        STALE_ATTEMPT_PENDING,
        CONFLICT,
        PARKED,
        UNSAFE
    }

    private final World world;
    private final StoreRecord record;
    private final Slot slot;
    private final Copy copy;
    private final int attempt;

    private ClaimScript(World world, Slot slot) {
        this.world = world;
        this.record = world.record;
        this.slot = slot;
        this.copy = slot.work();
        this.attempt = copy.attempt(world.scenario);
    }

    static Reply run(World world, Slot slot) {
        return new ClaimScript(world, slot).answer();
    }

    private Reply answer() {
        boolean other =
                record.state != State.ABSENT && record.firstId != copy.id() && !world.has(Flaw.OTHER_ID_BY_ATTEMPT);
        boolean ran = (record.releasedIds >> copy.id() & 1) != 0;
        boolean looks = record.free || !world.has(Flaw.FREE_IDS_FORGOTTEN_IN_USE);
        if (ran && looks) {
            return record.state == State.COMPLETED && record.pending ? Reply.DUPLICATE_PENDING : Reply.DUPLICATE;
        }
        return switch (record.state) {
            case ABSENT -> grant(0);
            case PARKED -> Reply.PARKED;
            case COMPLETED -> completed(other);
            case HANDED_OFF -> handedOff(other);
            case RUNNING -> running(other);
        };
    }

    private Reply completed(boolean other) {
        if (record.free && !world.has(Flaw.FREE_IGNORED)) {
            if (record.pending && !world.has(Flaw.FREE_DROPS_FOLLOW_UPS)) {
                return Reply.DUPLICATE_PENDING;
            }
            world.truth.livesAgain();
            int released = record.releasedIds;
            StoreRecord anew = new StoreRecord();
            anew.token = record.token;
            anew.releasedIds = released;
            world.record = anew;
            return run(world, slot);
        }
        if (other ? differs(record.firstPayload * 2) : attempt == record.attempt && differs(record.fingerprint)) {
            return Reply.CONFLICT;
        }
        return record.pending ? Reply.DUPLICATE_PENDING : Reply.DUPLICATE;
    }

    private Reply handedOff(boolean other) {
        // Whether its payload conflicts shows when the key is completed: a failure may give it free.
        if (other) {
            return Reply.BUSY;
        }
        if (attempt < record.nextAttempt) {
            return record.pending ? Reply.STALE_ATTEMPT_PENDING : Reply.STALE_ATTEMPT;
        }
        if (attempt == record.nextAttempt
                && record.nextFingerprint != StoreRecord.ANY_FINGERPRINT
                && differs(record.nextFingerprint)) {
            return Reply.CONFLICT;
        }
        return grant(0);
    }

    private Reply running(boolean other) {
        if (world.has(Flaw.BUSY_IS_DUPLICATE)) {
            return Reply.DUPLICATE;
        }
        if (!other) {
            if (attempt < record.attempt) {
                return Reply.STALE_ATTEMPT;
            }
            if (attempt == record.attempt && differs(record.fingerprint)) {
                return Reply.CONFLICT;
            }
        }
        if (record.nonce == slot.nonce && attempt == record.attempt && !world.has(Flaw.CLAIM_NOT_REPEATABLE)) {
            if (!world.has(Flaw.KEEPS_FIRST_CLAIM_TIME)) {
                record.claimTime(attempt, world.existingBlocks());
            }
            return poison() && record.priorRun == 1 ? Reply.POISON : Reply.GRANTED;
        }
        // Only an equal copy may take over from a vanished owner of another id.
        boolean equal = attempt == record.attempt && !differs(record.fingerprint) && !differs(record.firstPayload * 2);
        if (!record.expired || (other && !equal)) {
            return Reply.BUSY;
        }
        if (world.scenario.park && !world.has(Flaw.PARK_RUNS_AGAIN)) {
            record.state = State.PARKED;
            return Reply.PARKED;
        }
        int vanished = record.token;
        Reply reply = grant(attempt == record.attempt ? 1 : 0);
        if (reply == Reply.GRANTED) {
            world.truth.takenOver(world, vanished);
            if (world.has(Flaw.BLAMES_CLAIMS)) {
                record.countStart();
            }
            return poison() ? Reply.POISON : reply;
        }
        return reply;
    }

    private boolean poison() {
        int counted = record.starts + (world.has(Flaw.FIRST_LOSS_COUNTS) ? 1 : 0);
        return counted >= Scenario.CRASH_LIMIT && !world.has(Flaw.NO_CRASH_GUARD);
    }

    /** After a loss of data a redelivered copy may have run, whatever an old record says. */
    private Reply grant(int known) {
        int priorRun = known;
        boolean doubtful = record.state == State.ABSENT || !world.has(Flaw.DOUBT_ONLY_WITHOUT_RECORD);
        if (priorRun == 0 && copy.redelivered() && doubtful && !world.has(Flaw.IGNORES_EPOCH)) {
            if (world.unsafe) {
                return Reply.UNSAFE;
            }
            if (world.loss && world.scenario.park) {
                return Reply.PARKED;
            }
            priorRun = world.loss ? 2 : 0;
        }
        // The taker's retries must find their own id; its payload is the first one's.
        if (record.state == State.ABSENT
                || (record.state == State.RUNNING && !world.has(Flaw.TAKEOVER_KEEPS_FIRST_ID))) {
            record.firstId = copy.id();
            record.firstPayload = copy.payload();
        }
        record.ids |= 1 << copy.id();
        record.token = world.newToken();
        record.state = State.RUNNING;
        record.nonce = slot.nonce;
        record.attempt = attempt;
        record.fingerprint = copy.fingerprint();
        record.expired = false;
        record.priorRun = priorRun;
        record.pending = false;
        record.claimTime(attempt, world.existingBlocks());
        world.truth.granted(world, copy, record.token);
        return Reply.GRANTED;
    }

    private boolean differs(int fingerprint) {
        return fingerprint != copy.fingerprint() && !world.has(Flaw.NO_FINGERPRINT);
    }
}
