package dev.sedano.worker.delivery;

import dev.sedano.worker.canvas.FollowUps;
import org.jspecify.annotations.Nullable;

/**
 * What a built-in task returns that publishes: it follows the task's end as everything else does.
 *
 * @param value the task's result
 */
record Led(@Nullable Object value, FollowUps.Plan plan) {}
