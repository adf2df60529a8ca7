package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.AMQP;
import dev.sedano.worker.delivery.Delivery;
import dev.sedano.worker.delivery.Settlement;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Copies of deliveries for other queues: {@code <queue>.dead}, {@code <queue>.parked} and the wait queues. Properties,
 * headers and body stay; headers {@code x-sedano-*} say why, from where, when and by whom. Thread-safe.
 */
final class MovedDeliveries {
    private static final int LONGEST_TEXT = 1_000;

    private final ConfirmedPublisher publisher;
    private final String node;
    private final Clock clock;

    MovedDeliveries(ConfirmedPublisher publisher, String node, Clock clock) {
        this.publisher = publisher;
        this.node = node;
        this.clock = clock;
    }

    /** Publishes the copy; the future completes when the broker confirmed that it is in its queue. */
    CompletableFuture<?> publish(Delivery delivery, Settlement settlement) {
        if (settlement instanceof Settlement.DeadLetter dead) {
            return publisher.publish(
                    new ConfirmedPublisher.Target(delivery.queue() + ".dead", Map.of()),
                    copy(delivery, settlement, dead.error()),
                    delivery.body());
        } else if (settlement instanceof Settlement.Park park) {
            return publisher.publish(
                    new ConfirmedPublisher.Target(delivery.queue() + ".parked", Map.of()),
                    copy(delivery, settlement, park.error()),
                    delivery.body());
        } else if (settlement instanceof Settlement.Wait wait) {
            WaitQueues queue = WaitQueues.of(delivery.queue(), wait.delay());
            return publisher.publish(
                    new ConfirmedPublisher.Target(queue.name(), queue.arguments()), waiting(delivery), delivery.body());
        }
        return CompletableFuture.failedFuture(new IllegalArgumentException("not a move: " + settlement.outcome()));
    }

    private AMQP.BasicProperties copy(Delivery delivery, Settlement settlement, String error) {
        Map<String, @Nullable Object> headers =
                new HashMap<>(delivery.properties().headers());
        headers.put("x-sedano-reason", settlement.reason().code());
        headers.put("x-sedano-error", error.length() > LONGEST_TEXT ? error.substring(0, LONGEST_TEXT) : error);
        headers.put("x-sedano-exchange", delivery.exchange());
        headers.put("x-sedano-routing-key", delivery.routingKey());
        headers.put("x-sedano-queue", delivery.queue());
        headers.put("x-sedano-time", clock.instant().toString());
        headers.put("x-sedano-worker", node);
        return properties(delivery, headers, null);
    }

    private static AMQP.BasicProperties waiting(Delivery delivery) {
        Map<String, @Nullable Object> headers =
                new HashMap<>(delivery.properties().headers());
        headers.remove("x-death");
        Object returned = headers.get(WaitQueues.RETURNED);
        headers.put(WaitQueues.RETURNED, returned instanceof Number count ? count.intValue() + 1 : 1);
        return properties(delivery, headers, delivery.properties().expiration());
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
                .deliveryMode(2)
                .headers(writable(headers))
                .build();
    }

    @SuppressWarnings({"NullAway", "unchecked"
    }) // the client takes null values (AMQP void), its signature does not say so
    private static Map<String, Object> writable(Map<String, @Nullable Object> headers) {
        return (Map<String, Object>) (Map<String, ?>) headers;
    }
}
