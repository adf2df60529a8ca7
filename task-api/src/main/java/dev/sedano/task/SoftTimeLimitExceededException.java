package dev.sedano.task;

import org.jspecify.annotations.Nullable;

/**
 * A handler ran for longer than its soft time limit, and threw what its interruption led to; in Python {@code
 * billiard.exceptions.SoftTimeLimitExceeded}. Named by an {@link AutoRetry}, or a base class of it, the task is tried
 * again. Immutable.
 */
public final class SoftTimeLimitExceededException extends PythonException {
    private static final long serialVersionUID = 1L;

    /** @param thrown what the handler threw; null if it is the handler itself that says so */
    public SoftTimeLimitExceededException(@Nullable Throwable thrown) {
        super("billiard.exceptions", "SoftTimeLimitExceeded");
        initCause(thrown);
    }
}
