package dev.sedano.worker.idempotency.model;

import dev.sedano.worker.idempotency.model.Scenario.Steps;

/** What really happened, which neither store nor workers can see, and the checks against it. */
final class Truth implements Cloneable {
    /** Bits by life of the key (a released key lives again) and generation of the attempt. */
    private int started;

    private int finished;
    private int accepted;
    /** Bits by life. */
    private int outcomes;

    private int children;
    int life;
    boolean dataLost;
    boolean copyParked;
    int greatestToken;
    /** Ids whose run failed and released the key. */
    private int releasedIds;

    private boolean lastReleased;
    /** Ids whose copies claimed the key in this life of it. */
    private int livingIds;

    /** Ids that started, by generation: a released key does not undo that. */
    private int startedIds;

    private int payload = -1;
    private int endedLease;
    private int startedToken;
    private int lostStarts;
    private int bodies;
    private boolean stepEnded;

    @Override
    public Truth clone() {
        try {
            return (Truth) super.clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    private static int bit(Slot slot) {
        return 1 << (slot.life * 4 + slot.work().generation());
    }

    void granted(World world, Copy copy, int token) {
        livingIds |= 1 << copy.id();
        if (token <= greatestToken) {
            world.breaks(Invariant.TOKEN_NOT_GROWING);
        }
        greatestToken = Math.max(greatestToken, token);
    }

    /** A tenure ended because its owner vanished. */
    void takenOver(World world, int token) {
        for (Slot slot : world.slots) {
            slot.superseded |= slot.token == token && endedLease == token;
        }
        if (startedToken == token) {
            lostStarts = Math.min(Scenario.CRASH_LIMIT, lostStarts + 1);
        }
    }

    /** The key was free again and is claimed by a later id. */
    void livesAgain() {
        life++;
        payload = -1;
        livingIds = 0;
    }

    /** The claim of a later id was given back: nothing but the released failure happened to the key. */
    void livedInVain() {
        life--;
        livingIds = 0;
    }

    /** Nobody had started: the key is as if never claimed. */
    void claimForgotten() {
        livingIds = 0;
    }

    void leaseOver(int token) {
        endedLease = token;
    }

    void leaseRenewed() {
        endedLease = 0;
    }

    void startRecorded(int token) {
        startedToken = token;
    }

    void starts(World world, Slot slot, boolean announced) {
        Copy work = slot.work();
        if (payload < 0) {
            payload = work.payload();
        }
        if (payload != work.payload()) {
            world.breaks(Invariant.CONFLICT_MISSED);
        }
        // After a loss of data a first delivery cannot be recognised; a redelivered one must be announced.
        // What was claimed before the loss cannot be called back.
        boolean excused = dataLost && (announced || !work.redelivered() || slot.predatesLoss);
        for (Slot other : world.slots) {
            if (other != slot
                    && other.phase == Slot.Phase.RUNNING
                    && !other.superseded
                    && !excused
                    && bit(other) == bit(slot)) {
                world.breaks(Invariant.OVERLAP);
            }
        }
        if (!excused && ((finished & bit(slot)) != 0 || (releasedIds >> work.id() & 1) != 0)) {
            world.breaks(Invariant.RERUN_AFTER_COMPLETION);
        }
        int self = 1 << (work.id() * 4 + work.generation());
        if ((started & bit(slot)) != 0 || (startedIds & self) != 0) {
            if (world.scenario.park && !dataLost) {
                world.breaks(Invariant.RUN_DESPITE_PARK);
            }
            if (!announced && !excused) {
                world.breaks(Invariant.SILENT_RERUN);
            }
        }
        started |= bit(slot);
        startedIds |= self;
    }

    /** The worker knows that the handler has run, and lets the delivery or the next attempt go on that knowledge. */
    void finished(Slot slot) {
        finished |= bit(slot);
    }

    /** The store accepted the end of a run. */
    void ended(World world, Slot slot, boolean last) {
        if ((accepted & bit(slot)) != 0 && !dataLost) {
            world.breaks(Invariant.TWO_COMPLETIONS);
        }
        if (slot.outcome == Slot.Outcome.POISON && lostStarts < Scenario.CRASH_LIMIT) {
            world.breaks(Invariant.INNOCENT_BLAMED);
        }
        accepted |= bit(slot);
        finished |= bit(slot);
        lostStarts = 0;
        startedToken = 0;
        if (last) {
            outcome(slot);
        }
        for (int i = 0; i < world.blocks.length; i++) {
            Block block = world.blocks[i];
            if (block.state != Block.State.UNUSED
                    && block.truth == Block.Verdict.OPEN
                    && block.generation == slot.work().generation()) {
                block.truth =
                        (slot.blocksBefore >> i & 1) != 0 ? Block.Verdict.FALSE_POSITIVE : Block.Verdict.TRUE_POSITIVE;
            }
        }
    }

    void outcome(Slot slot) {
        outcomes |= 1 << slot.life;
        lastReleased = slot.outcome == Slot.Outcome.RELEASED_FAILURE;
        if (lastReleased) {
            releasedIds |= livingIds;
        }
    }

    boolean isFinished(Slot slot) {
        return (finished & bit(slot)) != 0;
    }

    void childPublished(Slot slot) {
        children |= 1 << slot.life;
    }

    /** A copy is acknowledged because of a recorded end. */
    void duplicate(World world, Copy copy) {
        if (payload >= 0 && payload != copy.payload()) {
            world.breaks(Invariant.CONFLICT_MISSED);
        }
        if (lastReleased && (releasedIds >> copy.id() & 1) == 0) {
            world.breaks(Invariant.RELEASED_KEY_ANSWERS);
        }
    }

    void conflict(World world, Copy copy) {
        if (payload == copy.payload()) {
            world.breaks(Invariant.VALID_WORK_REFUSED);
        }
    }

    void stepEntered(World world) {
        if (stepEnded) {
            world.breaks(Invariant.STEP_FORGOTTEN);
        }
    }

    void stepBody(World world) {
        bodies = Math.min(2, bodies + 1);
        if (world.scenario.steps == Steps.AT_MOST_ONCE && bodies > 1) {
            world.breaks(Invariant.STEP_TWICE);
        }
    }

    void stepEnded(World world, boolean anotherValue) {
        if (stepEnded && anotherValue) {
            world.breaks(Invariant.STEP_VALUE_CHANGED);
        }
        stepEnded = true;
    }

    void check(World world) {
        for (Block block : world.blocks) {
            if (block.wrong()) {
                world.breaks(Invariant.WRONG_VERDICT);
            }
            if (block.counted > 1) {
                world.breaks(Invariant.COUNTED_TWICE);
            }
        }
        if (copyParked || dataLost || !world.atRest()) {
            return;
        }
        if ((outcomes >> life & 1) == 0) {
            world.breaks(Invariant.TASK_LOST);
        }
        if (world.scenario.followUps && children != outcomes) {
            world.breaks(Invariant.FOLLOW_UP_LOST);
        }
    }

    long hash(World world) {
        int current = world.record.token;
        return new Hash()
                .add(started)
                .add(finished)
                .add(accepted)
                .add(outcomes)
                .add(children)
                .add(life)
                .add(dataLost)
                .add(copyParked)
                .add(lastReleased)
                .add(stepEnded)
                .add(livingIds)
                .add(startedIds)
                .add(releasedIds)
                .add(payload)
                .add(lostStarts)
                .add(bodies)
                .add(world.rank(greatestToken))
                .add(startedToken != 0 && startedToken == current)
                .add(endedLease != 0 && endedLease == current)
                .value();
    }
}
