package dev.sedano.worker.operator;

import dev.sedano.worker.idempotency.redis.AdminReply;
import dev.sedano.worker.idempotency.redis.AdminReply.Answer;

/** Why the store did not do what was asked, and what to do. */
final class Refusal {
    private Refusal() {}

    /** @param what the record's name for people */
    static String text(AdminReply reply, String what) {
        return what + ": "
                + switch (reply.answer()) {
                    case DONE -> throw new IllegalArgumentException("not refused");
                    case ABSENT ->
                        "nothing is recorded under this key in this namespace. Check KEY, --task or --scope, --namespace"
                                + " and the store; to act all the same, add --force where the command has it";
                    case STATE -> state(reply.text());
                    case LIVE ->
                        "not changed: " + (reply.text().isEmpty() ? "an owner" : reply.text())
                                + " may be running it, its time to renew lasts " + Times.length(reply.millis())
                                + ". Wait, or add --force if you know that it does not run any more";
                    case HANDED_OFF ->
                        "not changed: attempt " + reply.text()
                                + " is under way in a queue and runs by itself. To let any copy run from the start,"
                                + " use `sedano keys release --forget`";
                    case STEP_IN_DOUBT ->
                        "not changed: step " + reply.text()
                                + " began and never said how it ended, so the task would be parked again. Find out, then"
                                + " add --step-done NAME=JSON or --step-undone NAME; or add --force if the handler"
                                + " deals with it";
                    case FOLLOW_UPS ->
                        "not changed: its callbacks or its retry are not confirmed by the broker yet; the next copy of"
                                + " the task publishes them. Add --force to give them up";
                };
    }

    private static String state(String state) {
        return state.equals("C")
                ? "not changed: it is completed. To change that all the same, add --force; to remove a copy that is set"
                        + " aside, use `done`"
                : "not changed: it is " + Names.state(state) + ", see `sedano keys show`";
    }

    static int code(AdminReply reply) {
        return reply.answer() == Answer.ABSENT ? OperatorExit.NOT_FOUND : OperatorExit.REFUSED;
    }
}
