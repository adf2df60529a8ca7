package dev.sedano.worker.idempotency.model;

/** A delivery that a store error blocked, and what became of its account. */
final class Block implements Cloneable {
    enum State {
        UNUSED,
        /** In the memory of its worker. */
        KEPT,
        PENDING,
        FALSE_POSITIVE,
        TRUE_POSITIVE,
        /** Its worker died before the report. */
        UNREPORTED
    }

    enum Verdict {
        OPEN,
        FALSE_POSITIVE,
        TRUE_POSITIVE
    }

    State state = State.UNUSED;
    int attempt;
    int generation;
    int worker;
    int counted;
    Verdict truth = Verdict.OPEN;

    @Override
    public Block clone() {
        try {
            return (Block) super.clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    boolean decided() {
        return state == State.FALSE_POSITIVE || state == State.TRUE_POSITIVE;
    }

    void decide(boolean claimedAfter) {
        if (!decided()) {
            state = claimedAfter ? State.FALSE_POSITIVE : State.TRUE_POSITIVE;
        }
        counted = Math.min(2, counted + 1);
    }

    boolean wrong() {
        return decided()
                && truth != Verdict.OPEN
                && (state == State.FALSE_POSITIVE) != (truth == Verdict.FALSE_POSITIVE);
    }

    long hash() {
        return new Hash()
                .add(state)
                .add(attempt)
                .add(generation)
                .add(counted)
                .add(truth)
                .value();
    }
}
