package dev.sedano.workbench;

/** A command cannot go on; the message is complete for the user, without a trace. */
final class WorkbenchException extends RuntimeException {
    WorkbenchException(String message) {
        super(message);
    }

    WorkbenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
