package dev.sedano.worker.idempotency.model;

import dev.sedano.worker.idempotency.model.Slot.Outcome;
import dev.sedano.worker.idempotency.model.StoreRecord.State;
import dev.sedano.worker.idempotency.model.StoreRecord.Step;

/** The scripts of an owner: start, complete, handoff, settle, release, park and step. Each call is one atomic step. */
final class OwnerScripts {
    enum StepReply {
        ABSENT,
        OK,
        DONE,
        UNKNOWN,
        STALE
    }

    private OwnerScripts() {}

    private static boolean owns(World world, Slot slot) {
        return world.record.state == State.RUNNING && world.record.token == slot.token;
    }

    /** Whether this tenure has to record its start: it follows one that was lost. */
    static boolean recordsStart(Slot slot) {
        return slot.priorRun == 1;
    }

    static boolean start(World world, Slot slot) {
        StoreRecord record = world.record;
        if (!owns(world, slot)) {
            return false;
        }
        if (record.startToken != slot.token || world.has(Flaw.START_COUNTED_TWICE)) {
            record.startToken = slot.token;
            if (!world.has(Flaw.BLAMES_CLAIMS)) {
                record.countStart();
            }
        }
        world.truth.startRecorded(slot.token);
        return true;
    }

    /** Complete or handoff, by the slot's outcome; false = stale. */
    static boolean end(World world, Slot slot) {
        StoreRecord record = world.record;
        boolean again = slot.outcome == Outcome.RETRY || slot.outcome == Outcome.REPLACE;
        if (!world.has(Flaw.ENDS_WITHOUT_TOKEN)) {
            boolean mine = record.token == slot.token;
            if (mine && (record.state == State.COMPLETED || record.state == State.HANDED_OFF)) {
                return true;
            }
            // A record that went with the store is made anew.
            if (record.state != State.ABSENT
                    && !(mine && (record.state == State.RUNNING || record.state == State.PARKED))) {
                return false;
            }
        }
        int attempt = slot.work().attempt(world.scenario);
        if (record.state == State.ABSENT) {
            record.firstId = slot.work().id();
            record.firstPayload = slot.work().payload();
        }
        record.token = slot.token;
        record.attempt = attempt;
        record.fingerprint = slot.work().fingerprint();
        record.nonce = 0;
        record.expired = false;
        record.priorRun = 0;
        record.startToken = 0;
        if (!(again && world.has(Flaw.HANDOFF_KEEPS_STARTS))) {
            record.starts = 0;
        }
        if (again) {
            Copy next = slot.outcome == Outcome.RETRY
                    ? slot.work().retry()
                    : slot.work().replacement();
            slot.next = next;
            record.state = State.HANDED_OFF;
            record.nextAttempt = next.attempt(world.scenario);
            record.nextFingerprint = next.fingerprint();
            record.nextNest = next.nest();
            record.nextRetries = next.retries();
            record.pending = true;
            if (world.has(Flaw.HANDOFF_FORGETS_STEPS)) {
                record.step = Step.NONE;
                record.stepToken = 0;
            }
        } else {
            record.state = State.COMPLETED;
            record.step = Step.NONE;
            record.stepToken = 0;
            record.pending = world.scenario.followUps && !world.has(Flaw.FORGETS_FOLLOW_UPS);
            record.free = slot.outcome == Outcome.RELEASED_FAILURE;
            if (record.free && !world.has(Flaw.FREE_FORGETS_IDS)) {
                record.releasedIds |= world.has(Flaw.FREE_FORGETS_TAKEN_OVER_ID)
                        ? 1 << slot.work().id()
                        : record.ids;
            }
        }
        world.truth.ended(world, slot, !again);
        settleBlocks(world, slot, attempt);
        return true;
    }

    private static void settleBlocks(World world, Slot slot, int attempt) {
        for (int i = 0; i < world.blocks.length; i++) {
            Block block = world.blocks[i];
            if (block.state == Block.State.PENDING && block.attempt <= attempt) {
                block.decide(world.record.claimedAfter(i, block.attempt));
            }
        }
        world.told(slot);
    }

    /** A report of a blocked delivery; the store knows it by its id. */
    static void report(World world, int number) {
        Block block = world.blocks[number];
        StoreRecord record = world.record;
        boolean over = record.state == State.COMPLETED
                || block.attempt < record.attempt
                || (record.state == State.HANDED_OFF && block.attempt < record.nextAttempt);
        if (world.has(Flaw.JUDGES_BLOCKS_AT_REPORT)) {
            block.decide(record.state != State.COMPLETED);
        } else if (over) {
            block.decide(record.claimedAfter(number, block.attempt));
        } else {
            block.state = Block.State.PENDING;
        }
    }

    static void settle(World world, Slot slot) {
        StoreRecord record = world.record;
        boolean ended = record.state == State.COMPLETED || record.state == State.HANDED_OFF;
        if (ended && (record.token == slot.token || world.has(Flaw.SETTLES_BY_OLD_TOKEN))) {
            record.pending = false;
        }
    }

    /** Gives a claim back whose handler surely never started. */
    static boolean release(World world, int nonce) {
        StoreRecord record = world.record;
        if (record.state != State.RUNNING || (record.nonce != nonce && !world.has(Flaw.RELEASE_BY_ANYBODY))) {
            return false;
        }
        record.nonce = 0;
        if (record.priorRun != 0 && !world.has(Flaw.RELEASE_FORGETS_RUN)) {
            record.expired = true;
        } else if (record.attempt > 0 && !world.has(Flaw.RELEASE_FORGETS_HANDOFF)) {
            // A later attempt proves that the earlier ones were handed off.
            record.state = State.HANDED_OFF;
            record.nextAttempt = record.attempt;
            record.nextFingerprint = StoreRecord.ANY_FINGERPRINT;
            record.expired = false;
        } else if (record.releasedIds != 0 && !world.has(Flaw.RELEASE_FORGETS_FREE)) {
            record.state = State.COMPLETED;
            record.free = true;
            record.expired = false;
            world.truth.livedInVain();
        } else {
            world.record = new StoreRecord();
            world.truth.claimForgotten();
        }
        return true;
    }

    static boolean park(World world, Slot slot) {
        if (!owns(world, slot)) {
            return false;
        }
        world.record.state = State.PARKED;
        return true;
    }

    /** Enters a step: looks (at least once), or begins it (at most once). */
    static StepReply enter(World world, Slot slot) {
        StoreRecord record = world.record;
        if (!owns(world, slot)) {
            return StepReply.STALE;
        }
        if (record.step == Step.DONE) {
            return StepReply.DONE;
        }
        if (world.scenario.steps == Scenario.Steps.AT_LEAST_ONCE || world.has(Flaw.STEP_WITHOUT_BEGIN)) {
            return StepReply.ABSENT;
        }
        if (record.step == Step.BEGUN && record.stepToken != slot.token) {
            return StepReply.UNKNOWN;
        }
        record.step = Step.BEGUN;
        record.stepToken = slot.token;
        return StepReply.OK;
    }

    static boolean endStep(World world, Slot slot) {
        StoreRecord record = world.record;
        if (!owns(world, slot) && !(world.has(Flaw.STEP_END_BY_ZOMBIE) && record.state == State.RUNNING)) {
            return false;
        }
        world.truth.stepEnded(world, record.step == Step.DONE && record.stepToken != slot.token);
        record.step = Step.DONE;
        record.stepToken = slot.token;
        return true;
    }

    static boolean freeStep(World world, Slot slot) {
        if (!owns(world, slot)) {
            return false;
        }
        world.record.step = Step.NONE;
        world.record.stepToken = 0;
        return true;
    }
}
