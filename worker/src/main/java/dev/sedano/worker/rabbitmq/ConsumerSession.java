package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.sedano.worker.delivery.Delivery;
import dev.sedano.worker.delivery.DeliveryChannel;
import dev.sedano.worker.delivery.Settlement;
import dev.sedano.worker.delivery.SettlementReason;
import dev.sedano.worker.protocol.MessageProperties;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One channel with its consumers and its unsettled deliveries. A session ends with its channel; the next one starts
 * empty, and what this one left unsettled is delivered again by the broker.
 *
 * <ol>
 *   <li>I1 A tag is settled at most once: {@link #settle} takes it out of {@code OPEN} under the lock.
 *   <li>I2 An ack covers several tags only if every unsettled tag up to it is to be acked; a nack never does.
 *   <li>I3 Every delivery is counted as settled once: after the effect on the wire, or as abandoned when the channel
 *       closed first.
 * </ol>
 *
 * <p>Thread-safe. Consumers are started and cancelled by the broker thread only; the wire is written by the settler.
 */
final class ConsumerSession implements DeliveryChannel {
    private static final Logger LOG = LoggerFactory.getLogger(ConsumerSession.class);
    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);

    private enum TagState {
        OPEN,
        SETTLING,
        LEFT
    }

    /** A delivery that is not settled, and who took it. */
    private record Taken(TagState state, String queue, String consumerTag) {
        Taken now(TagState next) {
            return new Taken(next, queue, consumerTag);
        }
    }

    /** One consumer of a queue with its own prefetch. */
    private record Subscription(String queue, String consumerTag, int prefetch) {}

    private final Channel channel;
    private final Settler settler;
    private final BrokerEvents events;
    private final DeliveryLimits limits;
    private final Consumer<Delivery> deliveries;
    private final Runnable onClosed;
    private final Map<Long, Taken> unsettled = new LinkedHashMap<>();
    private final List<Subscription> subscriptions = new ArrayList<>();
    private volatile boolean open = true;
    private final AtomicLong received = new AtomicLong();

    ConsumerSession(
            Channel channel,
            Settler settler,
            BrokerEvents events,
            DeliveryLimits limits,
            Consumer<Delivery> deliveries,
            Runnable onClosed) {
        this.channel = channel;
        this.settler = settler;
        this.events = events;
        this.limits = limits;
        this.deliveries = deliveries;
        this.onClosed = onClosed;
        channel.addShutdownListener(this::closed);
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    /** Deliveries that arrived on this session so far. */
    long received() {
        return received.get();
    }

    /** Deliveries that arrived on this session and are not settled. */
    int unsettled() {
        synchronized (unsettled) {
            return unsettled.size();
        }
    }

    /** The active consumers of {@code queue}, and what it has given us. */
    PrefetchStep.Consumers consumers(String queue) {
        int prefetch = 0;
        int last = 0;
        Set<String> active = new HashSet<>();
        for (Subscription subscription : subscriptions) {
            if (subscription.queue().equals(queue)) {
                last = subscription.prefetch();
                prefetch += last;
                active.add(subscription.consumerTag());
            }
        }
        int given = 0;
        int left = 0;
        synchronized (unsettled) {
            for (Taken taken : unsettled.values()) {
                if (taken.state() != TagState.LEFT && taken.queue().equals(queue)) {
                    given++;
                    left += active.contains(taken.consumerTag()) ? 0 : 1;
                }
            }
        }
        return new PrefetchStep.Consumers(prefetch, last, given, left);
    }

    /** Adds a consumer. Prefetch cannot be changed on a consumer, so it grows by adding one. */
    void consume(String queue, int prefetch) throws IOException {
        channel.basicQos(prefetch, false);
        String tag = channel.basicConsume(queue, false, new DefaultConsumer(channel) {
            @Override
            public void handleDelivery(
                    String consumerTag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
                arrived(queue, consumerTag, envelope, properties, body);
            }

            @Override
            public void handleCancel(String consumerTag) {
                // From RabbitMQ 4.3 this is what a handler longer than the consumer timeout gets. The deliveries go to
                // others; a channel on which that happened is not to be trusted (rabbitmq-server #17317, #18207).
                LOG.warn(
                        "the broker cancelled a consumer of queue {}: its queue is gone, or a delivery took too long"
                                + " (consumer_timeout); what runs goes on, consuming again on a new channel",
                        queue);
                abort();
            }
        });
        subscriptions.add(new Subscription(queue, tag, prefetch));
    }

    /** Cancels the consumer that was added last; its unsettled deliveries stay with the channel. */
    void cancelLast(String queue) throws IOException {
        for (int i = subscriptions.size() - 1; i >= 0; i--) {
            if (subscriptions.get(i).queue().equals(queue)) {
                cancel(i);
                return;
            }
        }
    }

    /** Another consumer in place of all of {@code queue}; their unsettled deliveries stay with the channel. */
    void replace(String queue, int prefetch) throws IOException {
        cancelAllBut(other -> !other.equals(queue));
        consume(queue, prefetch);
    }

    /** Cancels the consumers of all other queues. */
    void cancelAllBut(Predicate<String> wanted) throws IOException {
        for (int i = subscriptions.size() - 1; i >= 0; i--) {
            if (!wanted.test(subscriptions.get(i).queue())) {
                cancel(i);
            }
        }
    }

    void cancelAll() throws IOException {
        while (!subscriptions.isEmpty()) {
            cancel(subscriptions.size() - 1);
        }
    }

    /** A consumer whose cancel is not answered may still deliver; a closed channel cannot. */
    private void cancel(int index) throws IOException {
        try {
            channel.basicCancel(subscriptions.remove(index).consumerTag());
        } catch (IOException | RuntimeException e) {
            abort();
            throw e;
        }
    }

    boolean isConsuming() {
        return open && !subscriptions.isEmpty();
    }

    private void arrived(
            String queue, String consumerTag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
        long tag = envelope.getDeliveryTag();
        received.incrementAndGet();
        synchronized (unsettled) {
            if (!open) {
                return;
            }
            unsettled.put(tag, new Taken(TagState.OPEN, queue, consumerTag));
        }
        events.delivered(queue);
        MessageProperties plain = PlainHeaders.of(properties);
        boolean returned = WaitingHeaders.sayReturned(plain.headers());
        boolean moved = WaitingHeaders.knowRoute(plain.headers());
        deliveries.accept(new Delivery(
                queue,
                moved ? String.valueOf(plain.headers().get(WaitingHeaders.EXCHANGE)) : envelope.getExchange(),
                moved ? String.valueOf(plain.headers().get(WaitingHeaders.ROUTING_KEY)) : envelope.getRoutingKey(),
                tag,
                envelope.isRedeliver() || returned,
                plain,
                body,
                this));
    }

    @Override
    public void settle(Delivery delivery, String task, Settlement settlement) {
        synchronized (unsettled) {
            Taken taken = unsettled.get(delivery.tag());
            if (taken == null || taken.state() != TagState.OPEN) {
                return;
            }
            unsettled.put(delivery.tag(), taken.now(TagState.SETTLING));
        }
        settler.settle(new Settler.Order(this, delivery, task, harmless(delivery, settlement)));
    }

    /** A return that would count too much becomes a copy through a wait queue, whose count starts again. */
    private Settlement harmless(Delivery delivery, Settlement settlement) {
        return settlement instanceof Settlement.Requeue requeue && limits.endangers(delivery)
                ? new Settlement.Wait(requeue.reason(), SHORTEST_WAIT)
                : settlement;
    }

    /** Sends the acks of a batch with as few frames as I2 allows. Called by the settler only. */
    void ack(List<Settler.Order> orders) throws IOException {
        Map<Long, Settler.Order> ready = new LinkedHashMap<>(orders.size() * 2);
        orders.forEach(order -> ready.put(order.delivery().tag(), order));
        List<Settler.Order> covered = new ArrayList<>(orders.size());
        long upTo = 0;
        synchronized (unsettled) {
            for (Iterator<Long> tags = unsettled.keySet().iterator(); tags.hasNext(); ) {
                long tag = tags.next();
                Settler.Order order = ready.remove(tag);
                if (order == null) {
                    break;
                }
                upTo = tag;
                covered.add(order);
                tags.remove();
            }
        }
        if (!covered.isEmpty()) {
            send(covered, upTo, covered.size() > 1);
        }
        for (Settler.Order order : ready.values()) {
            if (take(order)) {
                send(List.of(order), order.delivery().tag(), false);
            }
        }
    }

    /** @return false if the channel closed first, which has counted the delivery */
    private boolean take(Settler.Order order) {
        synchronized (unsettled) {
            return unsettled.remove(order.delivery().tag()) != null;
        }
    }

    private void send(List<Settler.Order> orders, long tag, boolean multiple) throws IOException {
        try {
            channel.basicAck(tag, multiple);
        } catch (IOException | RuntimeException e) {
            orders.forEach(
                    order -> events.settled(order.task(), new Settlement.Abandon(SettlementReason.CHANNEL_CLOSED)));
            throw e;
        }
        orders.forEach(order -> events.settled(order.task(), order.settlement()));
    }

    /** Returns one delivery to its queue. Called by the settler only. */
    void nack(Settler.Order order) throws IOException {
        if (!take(order)) {
            return;
        }
        try {
            channel.basicNack(order.delivery().tag(), false, true);
        } catch (IOException | RuntimeException e) {
            events.settled(order.task(), new Settlement.Abandon(SettlementReason.CHANNEL_CLOSED));
            throw e;
        }
        events.settled(order.task(), order.settlement());
    }

    /** Leaves a delivery unsettled on purpose, until the channel goes. */
    void leave(Settler.Order order) {
        synchronized (unsettled) {
            if (unsettled.computeIfPresent(order.delivery().tag(), (tag, taken) -> taken.now(TagState.LEFT)) == null) {
                return;
            }
        }
        events.settled(order.task(), order.settlement());
    }

    /** Closes the channel: the broker requeues what is unsettled. */
    void abort() {
        try {
            channel.abort();
        } catch (IOException e) {
            LOG.debug("channel was closed already", e);
        }
    }

    private void closed(ShutdownSignalException cause) {
        int abandoned = 0;
        synchronized (unsettled) {
            if (!open) {
                return;
            }
            open = false;
            for (Taken taken : unsettled.values()) {
                if (taken.state() != TagState.LEFT) {
                    abandoned++;
                }
            }
            unsettled.clear();
        }
        for (int i = 0; i < abandoned; i++) {
            events.settled("unknown", new Settlement.Abandon(SettlementReason.CHANNEL_CLOSED));
        }
        if (!cause.isInitiatedByApplication()) {
            LOG.warn("channel closed with {} unsettled deliveries: {}", abandoned, cause.getMessage());
        }
        onClosed.run();
    }
}
