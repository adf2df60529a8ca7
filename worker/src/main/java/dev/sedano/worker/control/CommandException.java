package dev.sedano.worker.control;

import dev.sedano.worker.protocol.SafeRepr;

/** A command that cannot be obeyed, with the error that its sender shall see. It is logged: no values of arguments. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String python;

    /** @param python the name of the exception that Celery would have raised */
    CommandException(String python, String message) {
        super(message);
        this.python = python;
    }

    static CommandException type(String message) {
        return new CommandException("TypeError", message);
    }

    /** As Python's {@code repr} of that exception. */
    String repr() {
        String message = String.valueOf(getMessage());
        boolean quoted = message.contains("'") && !message.contains("\"");
        return python + "(" + (quoted ? '"' + message + '"' : SafeRepr.of(message)) + ")";
    }
}
