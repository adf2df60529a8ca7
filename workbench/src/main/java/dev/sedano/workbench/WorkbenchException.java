package dev.sedano.workbench;

/** A command cannot go on; the message is complete for the user, without a trace. */
public final class WorkbenchException extends RuntimeException {
    public WorkbenchException(String message) {
        super(message);
    }

    public WorkbenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
