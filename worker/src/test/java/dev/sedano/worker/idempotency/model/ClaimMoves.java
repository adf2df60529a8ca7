package dev.sedano.worker.idempotency.model;

import dev.sedano.worker.idempotency.model.Scenario.Fault;
import dev.sedano.worker.idempotency.model.Slot.Outcome;
import dev.sedano.worker.idempotency.model.Slot.Phase;
import dev.sedano.worker.idempotency.model.StoreRecord.State;
import java.util.HashSet;
import java.util.Set;

/** From an idle worker to the start of the handler. */
final class ClaimMoves {
    private ClaimMoves() {}

    static void idle(Turn turn) {
        World world = turn.world;
        Set<Copy> seen = new HashSet<>();
        for (Copy copy : world.queue) {
            if (seen.add(copy)) {
                Turn.Next next = turn.next();
                next.world.queue.remove(copy);
                next.slot.phase = Phase.RECEIVED;
                next.slot.work = copy;
                next.slot.connected = true;
                next.slot.nonce = next.world.newNonce();
                next.then("receives " + copy);
            }
        }
        if (turn.slot().doubtful != 0) {
            Turn.Next next = turn.next();
            OwnerScripts.release(next.world, next.slot.doubtful);
            next.slot.doubtful = 0;
            next.then("releases the claim whose reply was lost");
        }
        for (int i = 0; i < world.blocks.length; i++) {
            if (world.blocks[i].state == Block.State.KEPT && world.blocks[i].worker == turn.worker()) {
                Turn.Next next = turn.next();
                OwnerScripts.report(next.world, i);
                next.then("reports a blocked delivery");
                if (world.may(Fault.ERROR)) {
                    reportsTwice(turn.after(Fault.ERROR), i);
                }
            }
        }
    }

    /** The reply of the first report is lost; its repetition is known by its id. */
    private static void reportsTwice(Turn.Next next, int number) {
        OwnerScripts.report(next.world, number);
        if (next.world.blocks[number].decided() && next.world.has(Flaw.REPORTS_COUNT_TWICE)) {
            OwnerScripts.report(next.world, number);
        }
        next.then("reports a blocked delivery, without a reply, and again");
    }

    static void claiming(Turn turn) {
        Slot slot = turn.slot();
        if (slot.phase == Phase.CLAIMED) {
            claimed(turn);
        } else if (slot.phase == Phase.LOOKED) {
            Turn.Next next = turn.next();
            StoreRecord record = next.world.record;
            record.state = State.RUNNING;
            record.token = next.world.newToken();
            next.world.truth.granted(next.world, next.slot.work(), record.token);
            record.nonce = slot.nonce;
            granted(next, "SETs the record");
        } else if (!slot.connected) {
            Turn.Next next = turn.next();
            next.slot.rest();
            next.then("drops the delivery, whose connection is lost");
        } else if (turn.world.has(Flaw.LOOKS_THEN_WRITES)) {
            looks(turn);
        } else if (slot.greeted) {
            claims(turn);
        }
    }

    private static void looks(Turn turn) {
        Turn.Next next = turn.next();
        if (turn.world.record.state == State.ABSENT) {
            next.slot.phase = Phase.LOOKED;
            next.then("GETs nothing");
        } else if (turn.world.record.state == State.COMPLETED) {
            next.acks();
            next.then("GETs a marker, acknowledges");
        }
    }

    private static void claims(Turn turn) {
        Turn.Next next = turn.next();
        replied(turn, next, ClaimScript.run(next.world, next.slot));
        if (!turn.world.may(Fault.ERROR)) {
            return;
        }
        if (turn.world.has(Flaw.RUNS_WHEN_STORE_FAILS)) {
            Turn.Next open = turn.after(Fault.ERROR);
            open.world.truth.starts(open.world, open.slot, false);
            open.slot.phase = Phase.RUNNING;
            open.then("claims, the store fails, runs all the same");
            return;
        }
        Turn.Next refused = turn.after(Fault.ERROR);
        block(refused, turn.worker());
        refused.nacks();
        refused.then("claims, the store refuses; returns the delivery");

        Turn.Next lost = turn.after(Fault.ERROR);
        if (took(ClaimScript.run(lost.world, lost.slot))) {
            block(lost, turn.worker());
            int nonce = lost.slot.nonce;
            lost.nacks();
            lost.slot.doubtful = nonce;
            lost.then("claims, no reply though executed; returns the delivery");
        }
        Turn.Next kept = turn.after(Fault.ERROR);
        if (took(ClaimScript.run(kept.world, kept.slot))) {
            block(kept, turn.worker());
            kept.then("claims, no reply though executed; keeps the delivery to claim again");
        }
    }

    private static boolean took(ClaimScript.Reply reply) {
        return reply == ClaimScript.Reply.GRANTED || reply == ClaimScript.Reply.POISON;
    }

    private static void block(Turn.Next next, int worker) {
        for (Block block : next.world.blocks) {
            if (block.state == Block.State.UNUSED) {
                block.state = Block.State.KEPT;
                block.worker = worker;
                block.attempt = next.slot.work().attempt(next.world.scenario);
                block.generation = next.slot.work().generation();
                // What was finished before is not delayed by this block.
                block.truth = next.world.truth.isFinished(next.slot) ? Block.Verdict.TRUE_POSITIVE : Block.Verdict.OPEN;
                return;
            }
        }
    }

    private static void replied(Turn turn, Turn.Next next, ClaimScript.Reply reply) {
        World world = next.world;
        Slot slot = next.slot;
        switch (reply) {
            case GRANTED -> granted(next, slot.work().redelivered() ? "claims again: GRANTED" : "claims: GRANTED");
            case POISON -> {
                grant(next);
                slot.outcome = Outcome.POISON;
                slot.phase = Phase.FINISHED;
                next.then("claims: POISON, records the failure");
            }
            case BUSY, UNSAFE -> {
                if (turn.world.may(Fault.WAIT)) {
                    waits(turn.after(Fault.WAIT));
                }
            }
            case DUPLICATE, STALE_ATTEMPT -> {
                world.truth.duplicate(world, slot.work());
                next.acks();
                next.then("claims: " + reply + ", acknowledges");
            }
            case DUPLICATE_PENDING, STALE_ATTEMPT_PENDING -> {
                slot.phase = Phase.PUBLISHING;
                slot.republishes = true;
                slot.token = world.record.token;
                slot.life = world.truth.life;
                if (reply == ClaimScript.Reply.STALE_ATTEMPT_PENDING) {
                    slot.outcome = Outcome.RETRY;
                    StoreRecord record = world.record;
                    slot.next =
                            new Copy(record.firstId, record.firstPayload, record.nextNest, record.nextRetries, false);
                } else {
                    slot.outcome = Outcome.SUCCESS;
                }
                next.then("claims: " + reply);
            }
            case CONFLICT -> {
                world.truth.conflict(world, slot.work());
                next.acks();
                next.then("claims: CONFLICT, dead-letters");
            }
            case PARKED -> {
                slot.phase = Phase.PARKING;
                next.then("claims: PARKED");
            }
        }
    }

    /** A copy goes to the wait queue, whose dead-letter exchange brings it back; then the delivery is acknowledged. */
    private static void waits(Turn.Next next) {
        if (next.world.has(Flaw.WAIT_ACKS_FIRST)) {
            next.slot.connected = false;
            next.slot.phase = Phase.OWES_COPY;
        } else {
            next.world.queue.add(next.slot.work().returned());
            next.slot.phase = Phase.ACKING;
        }
        next.then("moves the held delivery through a wait queue");
    }

    private static void grant(Turn.Next next) {
        Slot slot = next.slot;
        slot.token = next.world.record.token;
        slot.priorRun = next.world.record.priorRun;
        slot.life = next.world.truth.life;
        slot.blocksBefore = next.world.existingBlocks();
        next.world.told(slot);
    }

    private static void granted(Turn.Next next, String what) {
        grant(next);
        next.slot.phase = Phase.CLAIMED;
        next.then(what);
    }

    private static void claimed(Turn turn) {
        Turn.Next next = turn.next();
        Slot slot = next.slot;
        if (turn.world.may(Fault.STOP)) {
            Turn.Next stopped = turn.after(Fault.STOP);
            OwnerScripts.release(stopped.world, stopped.slot.nonce);
            stopped.nacks();
            stopped.then("stops before the start: releases the claim, returns the delivery");
        }
        if (slot.superseded && !turn.world.has(Flaw.STARTS_LATE)) {
            next.holds();
            next.then("finds by its own clock that its lease is over, holds the delivery");
            return;
        }
        boolean recorded = OwnerScripts.recordsStart(slot);
        if (recorded && !OwnerScripts.start(next.world, slot)) {
            next.holds();
            next.then("records its start: STALE, holds the delivery");
            return;
        }
        next.world.truth.starts(next.world, slot, slot.priorRun != 0);
        slot.phase = Phase.RUNNING;
        next.then(slot.priorRun == 0 ? "starts the handler" : "starts the handler, announcing the rerun");
        if (recorded && turn.world.may(Fault.ERROR)) {
            Turn.Next lost = turn.after(Fault.ERROR);
            if (OwnerScripts.start(lost.world, lost.slot)) {
                lost.then("records its start, no reply though executed");
            }
        }
    }
}
