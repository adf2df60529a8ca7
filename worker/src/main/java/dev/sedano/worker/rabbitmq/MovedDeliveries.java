package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.AMQP;
import dev.sedano.worker.amqp.AmqpProperties;
import dev.sedano.worker.amqp.ConfirmedPublisher;
import dev.sedano.worker.canvas.OutgoingMessage;
import dev.sedano.worker.delivery.Delivery;
import dev.sedano.worker.delivery.MoveHeaders;
import dev.sedano.worker.delivery.Settlement;
import java.time.Clock;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Copies of deliveries for other queues: {@code <queue>.dead}, {@code <queue>.parked} and the wait queues. Properties,
 * headers and body stay; headers {@code x-sedano-*} say why, from where, when and by whom. Thread-safe.
 */
final class MovedDeliveries {
    private final ConfirmedPublisher publisher;
    private final Predicate<String> keptByQuorum;
    private final DelayedDeliveries delayed;
    private final String node;
    private final Clock clock;

    /** @param keptByQuorum whether what came from a queue is to wait in a quorum queue */
    MovedDeliveries(
            ConfirmedPublisher publisher,
            Predicate<String> keptByQuorum,
            DelayedDeliveries delayed,
            String node,
            Clock clock) {
        this.publisher = publisher;
        this.keptByQuorum = keptByQuorum;
        this.delayed = delayed;
        this.node = node;
        this.clock = clock;
    }

    /** Whether there is no reason any more to move this delivery: it is due. */
    boolean isOver(Settlement settlement) {
        return settlement instanceof Settlement.Delay delay && delayed.isOver(delay.until());
    }

    /** Publishes the copy; the future completes when the broker confirmed that it is in its queue. */
    CompletableFuture<?> publish(Delivery delivery, Settlement settlement) {
        if (settlement instanceof Settlement.DeadLetter dead) {
            return publisher.publish(
                    ConfirmedPublisher.Target.queue(delivery.queue() + ".dead", Map.of()),
                    copy(delivery, settlement, dead.error(), Map.of()),
                    delivery.body());
        } else if (settlement instanceof Settlement.Park park) {
            return publisher.publish(
                    ConfirmedPublisher.Target.queue(delivery.queue() + ".parked", Map.of()),
                    copy(delivery, settlement, park.error(), park.details()),
                    delivery.body());
        } else if (settlement instanceof Settlement.Wait wait) {
            WaitQueues queue = WaitQueues.of(delivery.queue(), wait.delay(), keptByQuorum.test(delivery.queue()));
            return publisher.publish(
                    ConfirmedPublisher.Target.queue(queue.name(), queue.arguments()),
                    properties(
                            delivery,
                            WaitingHeaders.returned(delivery, wait.reason()),
                            delivery.properties().expiration()),
                    delivery.body());
        } else if (settlement instanceof Settlement.Delay delay) {
            // Its expiration would only bring it back early. It is the broker's, and over with the first delivery; the
            // header stays.
            return delayed.publish(
                    delivery, delay.until(), properties(delivery, WaitingHeaders.delayed(delivery), null));
        }
        return CompletableFuture.failedFuture(new IllegalArgumentException("not a move: " + settlement.outcome()));
    }

    private AMQP.BasicProperties copy(
            Delivery delivery, Settlement settlement, String error, Map<String, Object> details) {
        return properties(
                delivery, MoveHeaders.of(delivery, settlement.reason(), error, details, node, clock.instant()), null);
    }

    private static AMQP.BasicProperties properties(
            Delivery delivery, Map<String, @Nullable Object> headers, @Nullable String expiration) {
        return new AMQP.BasicProperties.Builder()
                .contentType(delivery.properties().contentType())
                .contentEncoding(delivery.properties().contentEncoding())
                .correlationId(delivery.properties().correlationId())
                .replyTo(delivery.properties().replyTo())
                .priority(delivery.properties().priority())
                .expiration(expiration)
                .appId(other(delivery, "app_id"))
                .type(other(delivery, "type"))
                .timestamp(delivery.properties().others().get("timestamp") instanceof Date sent ? sent : null)
                .deliveryMode(2)
                .headers(writable(headers))
                .build();
    }

    private static @Nullable String other(Delivery delivery, String property) {
        return delivery.properties().others().get(property) instanceof String text ? text : null;
    }

    /** Publishes what follows from a delivery. */
    CompletableFuture<Void> publish(OutgoingMessage message) {
        return publisher.publish(
                new ConfirmedPublisher.Target(message.exchange(), message.routingKey(), Map.of()),
                AmqpProperties.of(message.properties()),
                message.body());
    }

    @SuppressWarnings({"NullAway", "unchecked"
    }) // the client takes null values (AMQP void), its signature does not say so
    private static Map<String, Object> writable(Map<String, @Nullable Object> headers) {
        return (Map<String, Object>) (Map<String, ?>) headers;
    }
}
