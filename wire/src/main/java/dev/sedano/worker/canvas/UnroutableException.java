package dev.sedano.worker.canvas;

import java.io.IOException;

/**
 * A message has nowhere to go: its exchange or queue does not exist, or nothing is bound for its routing key. Trying again
 * helps only if somebody changes the broker. The message names no argument values.
 */
public final class UnroutableException extends IOException {
    private static final long serialVersionUID = 1L;

    public UnroutableException(String message) {
        super(message);
    }
}
