package dev.sedano.worker.delivery;

import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import java.time.Duration;

/**
 * What the pipeline needs to know of the worker's configuration.
 *
 * @param node the worker's node name, the owner label of its claims
 * @param slots handlers that may run at once
 * @param lease length of a claim without renewal
 * @param retention how long completed keys are remembered unless the task says otherwise
 * @param mostHeld deliveries that may be kept unsettled in this worker; more wait in the broker
 * @param longestHold deliveries due later than this wait in the broker
 * @param returnDelay how long blocked deliveries are kept before they are returned: longer than a tick of the store's
 *     probe, so that no other worker that has not noticed the outage yet gets them and returns them again
 * @param settleWithin from arrival on: a delivery whose handler has ended is returned then even if the store has not
 *     confirmed it, before the broker takes the whole channel away
 * @param trackStarted whether callers see the state STARTED
 * @param unknownTasks what happens to messages of tasks that nobody registered here
 * @param caps what may run at once of one queue or task
 */
public record PipelineSettings(
        String node,
        int slots,
        Duration lease,
        Duration retention,
        AfterLeaseLoss afterLeaseLoss,
        int mostHeld,
        Duration longestHold,
        Duration returnDelay,
        Duration settleWithin,
        boolean trackStarted,
        UnknownTaskPolicy unknownTasks,
        Caps caps) {
    /** Callers are not told of starts, unknown tasks are dead letters, and there are no caps. */
    public PipelineSettings(
            String node,
            int slots,
            Duration lease,
            Duration retention,
            AfterLeaseLoss afterLeaseLoss,
            int mostHeld,
            Duration longestHold,
            Duration returnDelay,
            Duration settleWithin) {
        this(
                node,
                slots,
                lease,
                retention,
                afterLeaseLoss,
                mostHeld,
                longestHold,
                returnDelay,
                settleWithin,
                false,
                UnknownTaskPolicy.DEAD_LETTER,
                Caps.NONE);
    }
}
