package dev.sedano.task;

import org.jspecify.annotations.Nullable;

/**
 * Reads the idempotency key out of a call. Called before the run is claimed, by several threads at once, and again for
 * every copy of the message: it must be quick, must not have effects, and must answer the same for the same arguments.
 */
@FunctionalInterface
public interface KeyExtractor {
    /**
     * The key of {@code call}; null or blank means the task id. A thrown exception is the task's outcome FAILURE: a call
     * whose key is unknown is not run.
     */
    @Nullable
    String key(TaskCall call);
}
