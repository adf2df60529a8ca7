package dev.sedano.worker.idempotency.model;

import dev.sedano.worker.idempotency.model.Scenario.Fault;
import dev.sedano.worker.idempotency.model.Slot.Outcome;
import dev.sedano.worker.idempotency.model.Slot.Phase;

/** From the end of the handler to the acknowledgement. */
final class FinishMoves {
    private FinishMoves() {}

    static void finishing(Turn turn) {
        Turn.Next next = turn.next();
        Slot slot = next.slot;
        switch (slot.phase) {
            case FINISHED -> finished(turn);
            case JOURNAL -> replays(next);
            case MARKING -> {
                next.world.record.state = StoreRecord.State.COMPLETED;
                slot.rest();
                next.then("writes the marker");
            }
            case PUBLISHING -> publishes(next);
            case SETTLING -> {
                OwnerScripts.settle(next.world, slot);
                next.world.told(slot);
                settled(next);
            }
            case ACKING -> {
                next.acks();
                next.then("acknowledges");
            }
            case GIVING_UP -> {
                if (OwnerScripts.park(next.world, slot)) {
                    slot.phase = Phase.PARKING;
                } else {
                    next.holds();
                }
                next.then("parks the task, whose step nobody can tell");
            }
            case PARKING -> parks(next);
            case OWES_COPY -> {
                next.world.queue.add(slot.work().returned());
                slot.rest();
                next.then("publishes the copy that it owes");
            }
            default -> throw new IllegalStateException("not a phase of finishing: " + slot.phase);
        }
    }

    private static boolean again(Slot slot) {
        return slot.outcome == Outcome.RETRY || slot.outcome == Outcome.REPLACE;
    }

    private static void finished(Turn turn) {
        World world = turn.world;
        Turn.Next next = turn.next();
        if (world.has(Flaw.MARKS_AFTER_ACK)) {
            next.world.truth.finished(next.slot);
            next.world.truth.outcome(next.slot);
            next.slot.connected = false;
            next.slot.phase = Phase.MARKING;
            next.then("acknowledges; the marker is not written yet");
            return;
        }
        if (world.has(Flaw.PUBLISHES_RETRY_FIRST) && again(next.slot) && next.slot.next == null) {
            Copy again = next.slot.work().retry();
            next.slot.next = again;
            next.world.publish(again);
            next.world.truth.finished(next.slot);
            next.then("publishes the retry; the hand-off is not recorded yet");
            return;
        }
        if (OwnerScripts.end(next.world, next.slot)) {
            recorded(next);
        } else if (world.has(Flaw.ACKS_WHEN_STALE)) {
            next.acks();
            next.then("records the end: STALE, acknowledges");
        } else {
            next.holds();
            next.then("records the end: STALE, holds the delivery");
        }
        if (world.may(Fault.ERROR)) {
            storeFails(turn);
        }
    }

    private static void recorded(Turn.Next next) {
        boolean due = again(next.slot) || next.world.scenario.followUps;
        next.slot.phase = due ? Phase.PUBLISHING : Phase.ACKING;
        next.then(again(next.slot) ? "records the hand-off" : "records the end");
    }

    private static void storeFails(Turn turn) {
        Turn.Next next = turn.after(Fault.ERROR);
        if (turn.world.has(Flaw.ACKS_UNRECORDED)) {
            next.world.truth.finished(next.slot);
            next.world.truth.outcome(next.slot);
            next.acks();
            next.then("records the end, the store fails; acknowledges all the same");
        } else if (turn.world.has(Flaw.NACKS_UNRECORDED)) {
            next.world.truth.finished(next.slot);
            next.nacks();
            next.then("records the end, the store fails; returns the delivery");
        } else {
            OwnerScripts.end(next.world, next.slot);
            next.slot.next = null;
            next.then("records the end, no reply though executed");
        }
    }

    private static void replays(Turn.Next next) {
        if (OwnerScripts.end(next.world, next.slot)) {
            if (next.world.scenario.followUps) {
                next.slot.phase = Phase.PUBLISHING;
            } else {
                next.slot.rest();
            }
            next.then("starts again and replays its journal");
        } else {
            next.slot.rest();
            next.then("starts again and replays its journal: STALE");
        }
    }

    private static void publishes(Turn.Next next) {
        Copy again = next.slot.next;
        if (again(next.slot)) {
            if (again == null) {
                again = next.slot.outcome == Outcome.RETRY
                        ? next.slot.work().retry()
                        : next.slot.work().replacement();
            }
            next.world.publish(again);
        } else {
            next.world.truth.childPublished(next.slot);
        }
        next.slot.phase = Phase.SETTLING;
        next.then(next.slot.republishes ? "publishes again what was due" : "publishes what follows");
    }

    /** Another id that published a released run's follow-ups may now claim the key itself. */
    private static void settled(Turn.Next next) {
        Slot slot = next.slot;
        StoreRecord record = next.world.record;
        boolean stranger = slot.republishes
                && record.free
                && (record.releasedIds >> slot.work().id() & 1) == 0;
        if (stranger) {
            next.holds();
        } else {
            if (slot.republishes && slot.connected) {
                next.world.truth.duplicate(next.world, slot.work());
            }
            slot.phase = Phase.ACKING;
        }
        next.then("settles");
    }

    private static void parks(Turn.Next next) {
        Slot slot = next.slot;
        if (next.world.has(Flaw.PARK_ACKS_FIRST) && slot.connected) {
            slot.connected = false;
            next.then("acknowledges; the parked copy is not confirmed yet");
            return;
        }
        next.world.truth.copyParked = true;
        next.acks();
        next.then("publishes the parked copy, acknowledges");
    }
}
