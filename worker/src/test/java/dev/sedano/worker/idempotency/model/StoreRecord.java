package dev.sedano.worker.idempotency.model;

/** The record of the key, as the scripts keep it (their fields' names in brackets). */
final class StoreRecord implements Cloneable {
    enum State {
        ABSENT,
        RUNNING,
        HANDED_OFF,
        COMPLETED,
        PARKED
    }

    enum Step {
        NONE,
        BEGUN,
        DONE
    }

    static final int ANY_FINGERPRINT = -1;

    State state = State.ABSENT;
    int nonce;
    int token;
    int attempt;
    int fingerprint;
    boolean expired;
    int priorRun;
    /** What a hand-off expects (natt, nfp), and the message that it left to publish (fu). */
    int nextAttempt;

    int nextFingerprint;
    int nextNest;
    int nextRetries;
    boolean pending;
    int firstId;
    int firstPayload;
    /** Ids whose copies claimed the key in this life of it. */
    int ids;

    boolean free;
    int releasedIds;
    int starts;
    int startToken;
    Step step = Step.NONE;
    int stepToken;
    /** Two bits an attempt: which blocks came before the claim time of its last tenure (ct). */
    int claimedAfter;

    @Override
    public StoreRecord clone() {
        try {
            return (StoreRecord) super.clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    void countStart() {
        starts = Math.min(Scenario.CRASH_LIMIT + 1, starts + 1);
    }

    void claimTime(int ofAttempt, int blocks) {
        int shift = 2 * ofAttempt;
        claimedAfter = (claimedAfter & ~(3 << shift)) | (blocks << shift);
    }

    boolean claimedAfter(int block, int ofAttempt) {
        return ((claimedAfter >> (2 * ofAttempt + block)) & 1) != 0;
    }

    long hash(World world) {
        return new Hash()
                .add(state)
                .add(nonce != 0)
                .add(world.rank(token))
                .add(attempt)
                .add(fingerprint)
                .add(expired)
                .add(priorRun)
                .add(nextAttempt)
                .add(nextFingerprint)
                .add(nextNest)
                .add(nextRetries)
                .add(pending)
                .add(firstId)
                .add(firstPayload)
                .add(ids)
                .add(free)
                .add(releasedIds)
                .add(starts)
                .add(world.rank(startToken))
                .add(step)
                .add(world.rank(stepToken))
                .add(claimedAfter)
                .value();
    }

    @Override
    public String toString() {
        if (state == State.ABSENT) {
            return "no record";
        }
        return state + " token " + token + " attempt " + attempt + (expired ? " lease over" : "")
                + (pending ? " follow-ups due" : "") + (free ? " free" : "") + (starts > 0 ? " starts " + starts : "")
                + (step == Step.NONE ? "" : " step " + step + " by " + stepToken);
    }
}
