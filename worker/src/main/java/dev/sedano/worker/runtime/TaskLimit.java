package dev.sedano.worker.runtime;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What bounds the handlers of some tasks, in this worker; Celery's {@code task_annotations}. Immutable.
 *
 * @param ratePerSecond calls per second; null = nothing is said, 0 = no limit
 * @param rate the same, as it was written
 * @param rateOfFleet whether the rate counts over all workers of the namespace; null = nothing is said
 * @param concurrency how many run at once; null = nothing is said
 * @param hard {@code time_limit}; null = nothing is said
 * @param soft {@code soft_time_limit}; null = nothing is said
 */
public record TaskLimit(
        TaskPattern task,
        @Nullable Double ratePerSecond,
        @Nullable String rate,
        @Nullable Boolean rateOfFleet,
        @Nullable Integer concurrency,
        @Nullable Duration hard,
        @Nullable Duration soft) {}
