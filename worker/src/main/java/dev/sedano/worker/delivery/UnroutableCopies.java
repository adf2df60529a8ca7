package dev.sedano.worker.delivery;

import dev.sedano.worker.canvas.OutgoingMessage;
import dev.sedano.worker.canvas.UnsendableException;
import dev.sedano.worker.protocol.MessageProperties;
import java.time.Clock;
import java.util.Map;

/**
 * Copies of follow-ups that have nowhere to go, for the dead-letter queue of the task's queue. Exchange and routing key in
 * their headers are those that the follow-up was meant for.
 *
 * @param node who moves it
 */
record UnroutableCopies(String node, Clock clock) {
    /**
     * Without its expiration: a person decides. Without headers that no broker takes; without a body that is larger than
     * this broker takes, as nothing in it can hold that.
     */
    OutgoingMessage copy(OutgoingMessage message, String queue, Throwable why) {
        return copy(
                message,
                queue,
                String.valueOf(why.getMessage()),
                why instanceof UnsendableException ? new byte[0] : message.body());
    }

    /** As {@link #copy}, after a copy with its body turned out too large: what has nowhere to go was not tried before. */
    OutgoingMessage withoutBody(OutgoingMessage message, String queue, Throwable why, UnsendableException excess) {
        return copy(message, queue, why.getMessage() + "; without its body: " + excess.getMessage(), new byte[0]);
    }

    private OutgoingMessage copy(OutgoingMessage message, String queue, String error, byte[] body) {
        MessageProperties properties = message.properties();
        return new OutgoingMessage(
                "",
                queue + ".dead",
                new MessageProperties(
                        properties.contentType(),
                        properties.contentEncoding(),
                        properties.correlationId(),
                        properties.replyTo(),
                        null,
                        properties.priority(),
                        MoveHeaders.of(
                                message.sendableHeaders(),
                                SettlementReason.FOLLOW_UP_UNROUTABLE,
                                error,
                                new MoveHeaders.Place(message.exchange(), message.routingKey(), queue),
                                Map.of(),
                                node,
                                clock.instant())),
                body);
    }
}
