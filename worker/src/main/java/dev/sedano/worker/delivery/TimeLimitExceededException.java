package dev.sedano.worker.delivery;

import dev.sedano.task.PythonException;

/** A handler ran for longer than its hard limit; to its caller what a Python worker says (CONTRACT §4). */
final class TimeLimitExceededException extends PythonException {
    private static final long serialVersionUID = 1;
    private static final String MODULE = "billiard.exceptions";

    private TimeLimitExceededException(String type, Object... args) {
        super(MODULE, type, args);
    }

    /** It did not end at its hard limit of {@code seconds}. */
    static TimeLimitExceededException hard(double seconds) {
        boolean whole = seconds == Math.rint(seconds) && seconds < 1e15;
        return new TimeLimitExceededException("TimeLimitExceeded", whole ? (Object) (long) seconds : (Object) seconds);
    }
}
