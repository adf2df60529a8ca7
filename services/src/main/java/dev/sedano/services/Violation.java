package dev.sedano.services;

/**
 * A promise that was broken in a test with random or timed faults: work lost, or run twice unannounced. One time is one too
 * many, so {@code sedano test} fails even when the repeated test passes. Not thread-safe, as other errors.
 */
public final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    private Violation(AssertionError broken) {
        super(broken.getMessage(), broken);
    }

    /** Runs {@code checks} and turns the assertion that fails, if any, into a violation. */
    public static void ifFails(Runnable checks) {
        try {
            checks.run();
        } catch (AssertionError broken) {
            throw new Violation(broken);
        }
    }
}
