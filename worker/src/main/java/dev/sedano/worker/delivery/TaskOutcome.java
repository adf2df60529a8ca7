package dev.sedano.worker.delivery;

import org.jspecify.annotations.Nullable;

/** How the run of a handler ended. */
sealed interface TaskOutcome {
    /** The handler returned. */
    record Succeeded(@Nullable Object value) implements TaskOutcome {}

    /** The handler threw, or its arguments did not fit. */
    record Failed(Throwable cause) implements TaskOutcome {}

    /** It was too late to run. */
    record Expired() implements TaskOutcome {}
}
