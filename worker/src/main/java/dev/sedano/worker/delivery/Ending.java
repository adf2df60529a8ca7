package dev.sedano.worker.delivery;

import dev.sedano.worker.canvas.FollowUp;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.result.ResultRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the end of a run leads to, fixed before any of it is done.
 *
 * @param outcome how the run ended
 * @param conclusion what the store is told
 * @param result what the caller is told; null = nothing
 * @param followUps what is published once the store knows
 */
record Ending(
        TaskOutcome outcome,
        IdempotencyStore.Conclusion conclusion,
        @Nullable ResultRecord result,
        List<FollowUp> followUps) {}
