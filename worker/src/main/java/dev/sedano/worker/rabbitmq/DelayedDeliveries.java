package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.AMQP;
import dev.sedano.worker.amqp.ConfirmedPublisher;
import dev.sedano.worker.canvas.UnroutableException;
import dev.sedano.worker.delivery.Delivery;
import dev.sedano.worker.time.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deliveries that are not due for long, on their way to queues of the broker that return them in time: through Celery's
 * {@link DelayQueues} where they are, else through the longest of our {@link WaitQueues} that is short enough, again and
 * again. How long a copy is to wait is decided when it is sent. Thread-safe.
 */
final class DelayedDeliveries {
    private static final Logger LOG = LoggerFactory.getLogger(DelayedDeliveries.class);
    private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

    private final ConfirmedPublisher publisher;
    private final DelayQueues celerys;
    private final Predicate<String> keptByQuorum;
    private final BrokerEvents events;
    private final Clock clock;
    private final Ticker ticker;
    private final AtomicLong nextLine;
    private final AtomicLong sinceLine = new AtomicLong();

    /** @param keptByQuorum whether what came from a queue is to wait in a quorum queue */
    DelayedDeliveries(
            ConfirmedPublisher publisher,
            DelayQueues celerys,
            Predicate<String> keptByQuorum,
            BrokerEvents events,
            Clock clock,
            Ticker ticker) {
        this.publisher = publisher;
        this.celerys = celerys;
        this.keptByQuorum = keptByQuorum;
        this.events = events;
        this.clock = clock;
        this.ticker = ticker;
        this.nextLine = new AtomicLong(ticker.nanos());
    }

    boolean isOver(Instant until) {
        return !until.isAfter(clock.instant());
    }

    /** Publishes {@code copy}; the future completes when the broker confirmed that it is in a queue. */
    CompletableFuture<Void> publish(Delivery delivery, Instant until, AMQP.BasicProperties copy) {
        String queue = delivery.queue();
        if (!celerys.leadTo(queue)) {
            return own(delivery, until, copy);
        }
        return publisher
                .publish(() -> DelayQueues.target(queue, left(until)), copy, delivery.body())
                .thenRun(() -> moved(delivery, until, "celery"))
                .handle((done, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.<Void>completedFuture(null);
                    }
                    if (!(failure instanceof CompletionException wrapped)
                            || !(wrapped.getCause() instanceof UnroutableException)) {
                        return CompletableFuture.<Void>failedFuture(failure); // perhaps it is there
                    }
                    celerys.failed(queue);
                    return own(delivery, until, copy);
                })
                .thenCompose(next -> next);
    }

    private CompletableFuture<Void> own(Delivery delivery, Instant until, AMQP.BasicProperties copy) {
        String queue = delivery.queue();
        return publisher
                .publish(
                        () -> {
                            WaitQueues level = WaitQueues.of(queue, left(until), keptByQuorum.test(queue));
                            return ConfirmedPublisher.Target.queue(level.name(), level.arguments());
                        },
                        copy,
                        delivery.body())
                .thenRun(() -> moved(delivery, until, "sedano"));
    }

    private Duration left(Instant until) {
        return Duration.between(clock.instant(), until);
    }

    private void moved(Delivery delivery, Instant until, String queues) {
        events.delayed(queues);
        sinceLine.incrementAndGet();
        long next = nextLine.get();
        long now = ticker.nanos();
        if (now - next >= 0 && nextLine.compareAndSet(next, now + BETWEEN_LINES.toNanos())) {
            LOG.info(
                    "far etas wait in delay queues of the broker: {} more (one line a minute), the last of queue {}, due {}",
                    sinceLine.getAndSet(0),
                    delivery.queue(),
                    until);
        }
    }
}
