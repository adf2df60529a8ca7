package dev.sedano.task.client;

import org.jspecify.annotations.Nullable;

/** The result backend is switched off, lacks what was asked for, or does not answer. Says nothing about the task. */
public class ResultsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message what is wrong, and the cure */
    public ResultsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
