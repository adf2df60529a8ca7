package dev.sedano.worker.idempotency.model;

import org.jspecify.annotations.Nullable;

/** One worker thread with a broker connection and a store connection of its own, as good as a process. */
final class Slot implements Cloneable {
    enum Phase {
        IDLE,
        RECEIVED,
        /** Only with {@link Flaw#LOOKS_THEN_WRITES}. */
        LOOKED,
        CLAIMED,
        RUNNING,
        FINISHED,
        PUBLISHING,
        SETTLING,
        ACKING,
        /** Wants its task parked in the store. */
        GIVING_UP,
        PARKING,
        /** Acknowledged too early: the copy is still to be published. */
        OWES_COPY,
        /** Only with {@link Flaw#MARKS_AFTER_ACK}. */
        MARKING,
        /** Dead; its journal will be replayed. */
        JOURNAL
    }

    enum Outcome {
        NONE,
        SUCCESS,
        RETRY,
        REPLACE,
        /** A failure that gives its explicit key free. */
        RELEASED_FAILURE,
        /** A failure without a run: the key is poison. */
        POISON
    }

    /** Where a handler with one step stands. */
    enum Progress {
        BEFORE,
        ENTERED,
        BODY_DONE,
        PAST,
        /** The body surely had no effect. */
        FREEING
    }

    Phase phase = Phase.IDLE;

    @Nullable
    Copy work;

    boolean connected;
    int nonce;
    int token;
    int priorRun;
    Outcome outcome = Outcome.NONE;

    @Nullable
    Copy next;

    Progress progress = Progress.BEFORE;
    /** Nonce of a claim that may have been executed, and whose delivery went back to the queue. */
    int doubtful;
    /** A follow-up that another tenure left behind is being published. */
    boolean republishes;

    // What it knows of the store.
    boolean greeted = true;
    boolean sawLost;
    boolean alarmed;

    // Truth that it does not know.
    boolean superseded;
    boolean predatesLoss;
    int life;
    int blocksBefore;

    @Override
    public Slot clone() {
        try {
            return (Slot) super.clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    /** What it works on; only while it is not idle. */
    Copy work() {
        if (work == null) {
            throw new IllegalStateException("an idle worker has no work");
        }
        return work;
    }

    /** Whether the heartbeat renews its tenure. */
    boolean beats() {
        return phase == Phase.CLAIMED || phase == Phase.RUNNING || phase == Phase.FINISHED || phase == Phase.GIVING_UP;
    }

    void rest() {
        phase = Phase.IDLE;
        work = null;
        connected = false;
        nonce = 0;
        token = 0;
        priorRun = 0;
        outcome = Outcome.NONE;
        next = null;
        progress = Progress.BEFORE;
        republishes = false;
        superseded = false;
        predatesLoss = false;
        life = 0;
        blocksBefore = 0;
    }

    long hash(World world) {
        boolean owns = nonce != 0 && nonce == world.record.nonce;
        boolean doubtsRecord = doubtful != 0 && doubtful == world.record.nonce;
        return new Hash()
                .add(phase)
                .add(outcome)
                .add(progress)
                .add(priorRun)
                .add(connected)
                .add(republishes)
                .add(greeted)
                .add(sawLost)
                .add(alarmed)
                .add(superseded)
                .add(predatesLoss)
                .add(owns)
                .add(doubtful != 0)
                .add(doubtsRecord)
                .add(life)
                .add(blocksBefore)
                .add(world.rank(token))
                .add(work == null ? 0 : work.code())
                .add(next == null ? 0 : next.code())
                .value();
    }
}
