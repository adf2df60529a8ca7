package dev.sedano.worker.simulation;

/**
 * One line of the ledger: what happened, when, where and to which key.
 *
 * @param at virtual microseconds
 * @param worker the worker and the number of its start, such as {@code w1.2}; empty = nobody's or everybody's
 * @param copy the copy of a message, such as {@code c7}
 * @param key the store's record
 * @param what depends on the event
 * @param until depends on the event; times in microseconds
 */
record Line(
        long at,
        Event event,
        String worker,
        String copy,
        String key,
        long attempt,
        long token,
        String what,
        long until) {
    /** What can happen. */
    enum Event {
        /** The rules of this history: {@code what} = the policy after a lost lease, {@code until} = the lease. */
        RULES,
        /**
         * A copy is in the queue. {@code what} = its task's id, {@code until} = how many callbacks and how many errbacks a
         * producer gave it; 0 if a worker published it.
         */
        SENT,
        /** A message that follows a task is in the queue, {@code what} = what it follows, such as {@code t7 link 0}. */
        FOLLOWED,
        /** The broker handed a copy to a worker. */
        DELIVERED,
        /** The store granted a claim, {@code what} = the prior run, {@code until} = the lease's end. */
        GRANTED,
        /** The answer of a granted claim reached its worker. */
        TOLD,
        /** The store prolonged a lease to {@code until}. */
        RENEWED,
        /** The store gave a claim back. */
        RELEASED,
        /** A handler starts, {@code what} = the payload, {@code until} = 1 if announced as a possible rerun. */
        START,
        /** A handler ends. */
        END,
        /** The store accepted a completion, {@code what} = first or replay. */
        COMPLETED,
        /** The body of the step {@code what} had its effect; {@code until} = 1 if it is to have it at most once. */
        EFFECT,
        /** The store took the end of the step {@code what}. */
        STEPPED,
        /** A run did not run the body of the step {@code what}: the store had its value, the token {@code until}. */
        KNOWN,
        /** A worker decided what becomes of a delivery, {@code what} = outcome and reason. */
        SETTLED,
        /** The store took the hand-over of an attempt to the later one {@code until}. */
        HANDED,
        /** The broker took an acknowledgement, {@code what} = its reason. */
        ACKED,
        /** The broker took a copy back, {@code what} = the reason. */
        RETURNED,
        /** A copy went to the dead-letter queue. */
        DEAD,
        /** A copy went to the parked queue. */
        PARKED,
        /** A copy waits in the broker. */
        WAITING,
        /** A worker counted a block. */
        BLOCKED,
        /** A worker counted a block that it cannot report. */
        UNREPORTED,
        /** The store took the report of the block {@code what}, which happened at {@code until}. */
        REPORTED,
        /** A worker was told the verdict of the block {@code what} and that it is its to count; {@code until} = 1: false positive. */
        VERDICT,
        /** A worker counted the block {@code copy} as {@code what} = fp or tp. */
        COUNTED,
        /** A worker that ends waits no more for what it asked the store: the next life asks again. */
        GAVE_UP,
        /** A finished run, or the block {@code what}, is safe in its worker's journal. */
        JOURNALED,
        /** The store has answered for an entry of the journal in the life that wrote it. */
        ANSWERED,
        /** The store has answered a later life for an entry of the journal. */
        REPLAYED,
        /** A worker's breaker opened. */
        OPENED,
        /** The store forgot everything. */
        LOSS,
        /** Trouble for {@code worker} (empty = all) until {@code until}; {@code what} = its kind. */
        FAULT,
        /** A worker died. */
        CRASHED,
        /** A worker ended in order. */
        STOPPED,
        /** At the end of the history: something is left that should not be. */
        LEFT
    }

    static Line of(long at, Event event, String worker) {
        return new Line(at, event, worker, "", "", 0, 0, "", 0);
    }

    Line about(String otherKey, long otherAttempt, long otherToken) {
        return new Line(at, event, worker, copy, otherKey, otherAttempt, otherToken, what, until);
    }

    Line copy(String other) {
        return new Line(at, event, worker, other, key, attempt, token, what, until);
    }

    Line what(String other) {
        return new Line(at, event, worker, copy, key, attempt, token, other, until);
    }

    Line until(long other) {
        return new Line(at, event, worker, copy, key, attempt, token, what, other);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(80);
        text.append(at).append(' ').append(event);
        append(text, " ", worker);
        append(text, " ", copy);
        append(text, " ", key);
        append(text, " #", attempt == 0 ? "" : Long.toString(attempt));
        append(text, " token ", token == 0 ? "" : Long.toString(token));
        append(text, " ", what);
        append(text, " until ", until == 0 ? "" : Long.toString(until));
        return text.toString();
    }

    private static void append(StringBuilder text, String before, String value) {
        if (!value.isEmpty()) {
            text.append(before).append(value);
        }
    }
}
