package dev.sedano.worker.delivery;

import dev.sedano.worker.canvas.OutgoingMessage;
import dev.sedano.worker.canvas.UnroutableException;
import java.util.concurrent.CompletableFuture;

/** Publishes messages that follow from others. Thread-safe. */
@FunctionalInterface
public interface FollowUpPublisher {
    /**
     * The future completes when the broker confirmed that the message is in a queue, and fails otherwise: with {@link
     * UnroutableException} if there is none for it.
     */
    CompletableFuture<?> publish(OutgoingMessage message);
}
