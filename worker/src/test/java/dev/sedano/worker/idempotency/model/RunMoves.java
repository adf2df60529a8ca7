package dev.sedano.worker.idempotency.model;

import dev.sedano.worker.idempotency.model.OwnerScripts.StepReply;
import dev.sedano.worker.idempotency.model.Scenario.Fault;
import dev.sedano.worker.idempotency.model.Scenario.Steps;
import dev.sedano.worker.idempotency.model.Slot.Outcome;
import dev.sedano.worker.idempotency.model.Slot.Phase;
import dev.sedano.worker.idempotency.model.Slot.Progress;

/** What a running handler does: one step, where the scenario has one, and an outcome. */
final class RunMoves {
    private RunMoves() {}

    static void running(Turn turn) {
        if (turn.world.scenario.deadly) {
            Turn.Next next = turn.next();
            next.dies();
            next.then("is killed by its handler");
        } else if (turn.world.scenario.steps == Steps.NONE) {
            ends(turn);
        } else {
            step(turn);
        }
    }

    private static void ends(Turn turn) {
        Scenario scenario = turn.world.scenario;
        Copy work = turn.slot().work();
        ends(turn, Outcome.SUCCESS, "ends its run");
        if (work.retries() < scenario.retries) {
            ends(turn, Outcome.RETRY, "asks for a retry");
        }
        if (work.nest() < scenario.replacements) {
            ends(turn, Outcome.REPLACE, "asks to be replaced");
        }
        if (scenario.releases) {
            ends(turn, Outcome.RELEASED_FAILURE, "fails with an exception that releases the key");
        }
    }

    private static void ends(Turn turn, Outcome outcome, String what) {
        Turn.Next next = turn.next();
        next.slot.outcome = outcome;
        next.slot.phase = Phase.FINISHED;
        next.then(what);
    }

    private static void step(Turn turn) {
        boolean mayFail = turn.world.may(Fault.ERROR);
        switch (turn.slot().progress) {
            case BEFORE -> {
                enters(turn.next(), false);
                if (mayFail) {
                    enters(turn.after(Fault.ERROR), true);
                }
            }
            case ENTERED -> body(turn);
            case BODY_DONE -> {
                endsStep(turn.next(), false);
                if (mayFail) {
                    endsStep(turn.after(Fault.ERROR), true);
                }
            }
            case FREEING -> {
                Turn.Next next = turn.next();
                if (OwnerScripts.freeStep(next.world, next.slot)) {
                    fails(next, "frees the step and asks for a retry");
                } else {
                    next.holds();
                    next.then("frees the step: STALE, holds the delivery");
                }
            }
            case PAST -> ends(turn);
        }
    }

    private static void enters(Turn.Next next, boolean replyLost) {
        StepReply reply = OwnerScripts.enter(next.world, next.slot);
        if (replyLost) {
            next.then("enters the step, no reply though executed");
            return;
        }
        switch (reply) {
            case ABSENT, OK -> {
                next.slot.progress = Progress.ENTERED;
                next.world.truth.stepEntered(next.world);
            }
            case DONE -> next.slot.progress = Progress.PAST;
            case UNKNOWN -> next.slot.phase = Phase.GIVING_UP;
            case STALE -> next.holds();
        }
        next.then("enters the step: " + reply);
    }

    private static void body(Turn turn) {
        Turn.Next next = turn.next();
        next.world.truth.stepBody(next.world);
        next.slot.progress = Progress.BODY_DONE;
        next.then("runs the step's body");
        if (turn.world.scenario.steps != Steps.AT_MOST_ONCE
                || turn.slot().work().retries() >= turn.world.scenario.retries) {
            return;
        }
        Turn.Next unsent = turn.next();
        unsent.slot.progress = Progress.FREEING;
        unsent.then("finds in the step's body that surely nothing happened");

        Turn.Next doubtful = turn.next();
        doubtful.world.truth.stepBody(doubtful.world);
        if (turn.world.has(Flaw.STEP_FREED_BY_ANY_ERROR)) {
            doubtful.slot.progress = Progress.FREEING;
            doubtful.then("runs the step's body, which throws after its effect");
        } else {
            fails(doubtful, "runs the step's body, which throws after its effect; asks for a retry");
        }
    }

    private static void fails(Turn.Next next, String what) {
        boolean again = next.slot.work().retries() < next.world.scenario.retries;
        next.slot.outcome = again ? Outcome.RETRY : Outcome.SUCCESS;
        next.slot.phase = Phase.FINISHED;
        next.then(what);
    }

    private static void endsStep(Turn.Next next, boolean replyLost) {
        boolean accepted = OwnerScripts.endStep(next.world, next.slot);
        if (replyLost) {
            next.then("ends the step, no reply though executed");
        } else if (accepted) {
            next.slot.progress = Progress.PAST;
            next.then("ends the step");
        } else {
            next.holds();
            next.then("ends the step: STALE, holds the delivery");
        }
    }
}
