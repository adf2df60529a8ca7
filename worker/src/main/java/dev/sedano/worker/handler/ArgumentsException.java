package dev.sedano.worker.handler;

import org.jspecify.annotations.Nullable;

/**
 * A call's arguments do not fit its handler: the task's outcome is FAILURE {@code TypeError}. The message is worded like
 * Python's and never holds an argument's value.
 */
public final class ArgumentsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public ArgumentsException(String message) {
        this(message, null);
    }

    ArgumentsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Leaves out the converter's own words, which may quote the value. */
    static ArgumentsException conversion(String function, String argument, String type, RuntimeException cause) {
        ArgumentsException exception = new ArgumentsException(function + "() argument " + argument
                + " cannot be converted to " + type + " (" + cause.getClass().getSimpleName() + ")");
        exception.setStackTrace(cause.getStackTrace());
        return exception;
    }
}
