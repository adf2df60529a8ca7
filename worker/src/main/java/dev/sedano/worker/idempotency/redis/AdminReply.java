package dev.sedano.worker.idempotency.redis;

/**
 * What the store answered to an operator.
 *
 * @param text for DONE and STATE the state before, for LIVE the owner, for HANDED_OFF the attempt that is to come,
 *     for STEP_IN_DOUBT the steps' names
 * @param written for DONE of a completion, what became of the caller's result: W(ritten), S(uccess was stored already),
 *     T(ype of the key is foreign: announced only), - nothing
 * @param millis for LIVE, how long the owner may go on without a sign of life
 */
public record AdminReply(Answer answer, String text, String written, long millis) {
    /** Whether something was changed, or why not. */
    public enum Answer {
        /** Changed, and written down. */
        DONE,
        /** There is no record. */
        ABSENT,
        /** The record's state does not allow it. */
        STATE,
        /** A live lease holds the key, or its owner may come back from an outage. */
        LIVE,
        /** The next attempt is under way in a queue. */
        HANDED_OFF,
        /** Callbacks or a retry of the outcome are not confirmed by the broker. */
        FOLLOW_UPS,
        /** A step began and never said how it ended. */
        STEP_IN_DOUBT
    }

    /** The caller's own refusal. */
    public static AdminReply stepInDoubt(String steps) {
        return new AdminReply(Answer.STEP_IN_DOUBT, steps, "-", 0);
    }

    static AdminReply of(Reply reply) {
        return switch (reply.word()) {
            case "OK" ->
                new AdminReply(Answer.DONE, reply.text(1), reply.items().size() > 2 ? reply.text(2) : "-", 0);
            case "ABSENT" -> new AdminReply(Answer.ABSENT, "", "-", 0);
            case "STATE" -> new AdminReply(Answer.STATE, reply.text(1), "-", 0);
            case "LIVE" -> new AdminReply(Answer.LIVE, reply.text(1), "-", reply.number(2));
            case "HANDED_OFF" -> new AdminReply(Answer.HANDED_OFF, reply.text(1), "-", 0);
            case "FOLLOW_UPS" -> new AdminReply(Answer.FOLLOW_UPS, "", "-", 0);
            default -> throw reply.unexpected();
        };
    }
}
