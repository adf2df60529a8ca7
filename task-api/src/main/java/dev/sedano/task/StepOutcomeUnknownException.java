package dev.sedano.task;

/**
 * An earlier run began a step of {@link TaskContext#stepAtMostOnce} and never said how it ended: it may have had its
 * effect. Catch it to compensate; not caught, the delivery is parked for a person.
 */
public final class StepOutcomeUnknownException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The step's name. */
    private final String step;

    /** @param step the step's name */
    public StepOutcomeUnknownException(String step) {
        super("step \"" + step
                + "\" was begun by an earlier run, which never said how it ended: find out whether it had"
                + " its effect, then compensate or let a person decide");
        this.step = step;
    }

    /** The step's name. */
    public String step() {
        return step;
    }
}
