package dev.sedano.worker.runtime;

import dev.sedano.worker.console.Console;
import dev.sedano.worker.idempotency.CircuitBreaker;
import dev.sedano.worker.rabbitmq.Broker;
import java.util.List;

/**
 * What {@code /health/ready} answers.
 *
 * @param unprotected the tasks that run also without the store
 */
record Readiness(StopRequest stop, CircuitBreaker breaker, Broker broker, Journals journals, List<String> unprotected) {
    Console.Health now() {
        if (stop.isMade()) {
            return new Console.Health(false, "stopping");
        } else if (!breaker.allowsClaims()) {
            return new Console.Health(false, "the idempotency store does not answer");
        } else if (!broker.isConnected()) {
            return new Console.Health(false, "not connected to the broker");
        } else if (!broker.isConsuming()) {
            return new Console.Health(
                    false, journals.left() > 0 ? "recording what earlier workers finished" : "not consuming");
        } else if (broker.isBlocked()) {
            // Work goes on; only replies and moved deliveries wait. Taking the worker away would help nobody.
            return new Console.Health(true, "ready, but the broker takes no messages (memory or disk alarm)");
        }
        return new Console.Health(
                true, unprotected.isEmpty() ? "ready" : "ready, but without protection for " + unprotected);
    }
}
