package dev.sedano.worker.idempotency;

import org.jspecify.annotations.Nullable;

/** The store did not answer, or refused. Always means: fail safe, do not run. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is known about the effect of the failed call (PROTOCOL §5). */
    public enum Effect {
        /** The script surely did not run. */
        NONE,
        /** Unknown: the script may have run. */
        UNKNOWN
    }

    /** What kind of failure: for metrics and logs, and for alarms that are no outage. */
    public enum Kind {
        /** No connection. */
        CONNECT,
        /** No answer in time. */
        TIMEOUT,
        /** The connection broke while waiting. */
        CONNECTION_LOST,
        /** The bounded queue of waiting calls is full. */
        QUEUE_FULL,
        /** The server is loading, read-only, out of memory, busy, or without replicas. */
        SERVER_UNABLE,
        /** Wrong credentials or missing permissions: a configuration fault, not an outage. */
        NOT_PERMITTED,
        /**
         * The key's record, or another key of the namespace, holds data of a foreign type. The server itself is well, and a
         * repetition fails the same way until a person removes the key.
         */
        FOREIGN_KEY,
        /** A script failed or answered what it should not: a bug. */
        SCRIPT,
        /** The store was closed. */
        CLOSED
    }

    private final Kind kind;
    private final Effect effect;

    /** @param message what failed; without credentials, keys' values or arguments */
    public StoreException(Kind kind, Effect effect, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.effect = effect;
    }

    /** What failed. */
    public Kind kind() {
        return kind;
    }

    /** Whether the call may have had an effect. */
    public Effect effect() {
        return effect;
    }
}
