package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.AlreadyClosedException;
import dev.sedano.worker.delivery.Delivery;
import dev.sedano.worker.delivery.Settlement;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Performs settlements: the only place that acks, nacks or moves a delivery. What arrived while a batch was written is
 * the next batch. Owns the thread {@code sedano-settler}, which alone writes settlements to channels.
 */
final class Settler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Settler.class);
    private static final Duration PUBLISH_AGAIN = Duration.ofSeconds(1);
    private static final Duration LONGEST_MOVE = Duration.ofSeconds(3);

    /** A settlement to perform. */
    record Order(ConsumerSession session, Delivery delivery, String task, Settlement settlement) {}

    private sealed interface Step {
        /** Decide what the order needs on the wire. */
        record Perform(Order order) implements Step {}

        /** The copy elsewhere is confirmed: acknowledge the original. */
        record Confirmed(Order order) implements Step {}

        /** End after everything before it, and after the moves that are under way then. */
        record AfterMoves() implements Step {}

        /** End after everything before it. */
        record End() implements Step {}
    }

    private final MovedDeliveries moved;
    private final ScheduledExecutorService timer;
    private final LinkedBlockingQueue<Step> steps = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    /** The moves under way, by their number. */
    private final Map<Long, CompletableFuture<?>> moving = new ConcurrentHashMap<>();

    private final AtomicLong moves = new AtomicLong();
    private final Thread thread = new Thread(this::loop, "sedano-settler");

    Settler(MovedDeliveries moved, ScheduledExecutorService timer) {
        this.moved = moved;
        this.timer = timer;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void settle(Order order) {
        steps.add(new Step.Perform(order));
    }

    private void loop() {
        List<Step> batch = new ArrayList<>();
        try {
            while (true) {
                batch.clear();
                batch.add(steps.take());
                steps.drainTo(batch, 511);
                if (!perform(batch)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("settler interrupted");
        } finally {
            ended.complete(null);
        }
    }

    private boolean perform(List<Step> batch) {
        Map<ConsumerSession, List<Order>> acks = new LinkedHashMap<>();
        boolean goOn = true;
        for (Step step : batch) {
            // One settlement that fails in an unforeseen way must not end the only thread that settles.
            if (step instanceof Step.End) {
                goOn = false;
            } else if (step instanceof Step.AfterMoves) {
                endAfterMoves();
            } else if (step instanceof Step.Confirmed confirmed) {
                acks.computeIfAbsent(confirmed.order().session(), session -> new ArrayList<>())
                        .add(confirmed.order());
            } else if (step instanceof Step.Perform perform) {
                Order order = perform.order();
                if (order.settlement() instanceof Settlement.Ack) {
                    acks.computeIfAbsent(order.session(), session -> new ArrayList<>())
                            .add(order);
                } else {
                    quietly(() -> performOther(order));
                }
            }
        }
        acks.forEach((session, orders) -> quietly(() -> session.ack(orders)));
        return goOn;
    }

    private void endAfterMoves() {
        CompletableFuture<?>[] underWay = moving.values().toArray(CompletableFuture[]::new);
        var unused = CompletableFuture.allOf(underWay)
                .orTimeout(LONGEST_MOVE.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((all, late) -> steps.add(new Step.End()));
    }

    private void performOther(Order order) {
        if (order.settlement() instanceof Settlement.Requeue) {
            quietly(() -> order.session().nack(order));
        } else if (order.settlement() instanceof Settlement.Abandon) {
            order.session().leave(order);
        } else {
            move(order);
        }
    }

    private void move(Order order) {
        if (!order.session().isOpen()) {
            return;
        }
        if (moved.isOver(order.settlement())) {
            // It could not be moved until now: whoever gets it next runs it.
            Settlement back = new Settlement.Requeue(order.settlement().reason());
            quietly(() -> order.session().nack(new Order(order.session(), order.delivery(), order.task(), back)));
            return;
        }
        CompletableFuture<?> move = moved.publish(order.delivery(), order.settlement());
        long number = moves.incrementAndGet();
        moving.put(number, move);
        move.whenComplete((confirmed, failure) -> {
            moving.remove(number);
            if (failure == null) {
                steps.add(new Step.Confirmed(order));
            } else {
                LOG.error(
                        "delivery of queue {} could not be moved ({}); kept, tried again",
                        order.delivery().queue(),
                        failure.getMessage());
                var unused = timer.schedule(
                        () -> steps.add(new Step.Perform(order)), PUBLISH_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
            }
        });
    }

    private interface Write {
        void run() throws IOException;
    }

    /** A channel that is gone has counted its deliveries as abandoned, and the broker delivers them again. */
    private static void quietly(Write write) {
        try {
            write.run();
        } catch (AlreadyClosedException | IOException e) {
            LOG.debug("channel is gone", e);
        } catch (RuntimeException e) {
            LOG.error("a settlement failed: a defect", e);
        }
    }

    /** Performs what waits, then ends the thread. A move whose end is not awaited would leave copy and original. */
    @Override
    public void close() {
        steps.add(new Step.AfterMoves());
        try {
            ended.get(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            LOG.warn("the settler did not end in time");
            thread.interrupt();
        }
    }
}
