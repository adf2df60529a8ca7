package dev.sedano.worker.simulation;

import dev.sedano.worker.delivery.Delivery;
import dev.sedano.worker.delivery.DeliveryChannel;
import dev.sedano.worker.delivery.DeliveryPipeline;
import dev.sedano.worker.delivery.Settlement;
import java.util.ArrayList;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The worker's side of a channel: settles each delivery once, over a wire that keeps the order and may break. */
final class SimulatedChannel implements DeliveryChannel {
    private static final long WIRE = 2 * World.MILLI;

    private enum TagState {
        OPEN,
        SETTLING
    }

    private final World world;
    private final SimulatedWorker worker;
    private final SimulatedBroker broker;
    private final DeliveryPipeline pipeline;
    private final Map<Long, TagState> unsettled = new TreeMap<>();
    private final Map<Long, Copy> copies = new TreeMap<>();
    private final SimulatedBroker.Session session;
    private boolean open = true;
    private long lastToClient;
    private long lastToServer;

    SimulatedChannel(World world, SimulatedWorker worker, SimulatedBroker broker, DeliveryPipeline pipeline) {
        this.world = world;
        this.worker = worker;
        this.broker = broker;
        this.pipeline = pipeline;
        this.session = broker.open(this);
    }

    String worker() {
        return worker.name();
    }

    int prefetch() {
        return worker.prefetch();
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    /** Lets something happen at the broker. What was sent before the connection broke still counts, if it arrives first. */
    void toServer(Runnable effect) {
        lastToServer = Math.max(lastToServer + 1, world.now() + world.between(50, WIRE));
        world.at(lastToServer, Host.WORLD, () -> {
            if (session.open) {
                effect.run();
            }
        });
    }

    void toClient(Runnable effect) {
        lastToClient = Math.max(lastToClient + 1, world.now() + world.between(50, WIRE));
        world.at(lastToClient, worker, () -> {
            if (open) {
                effect.run();
            }
        });
    }

    /** Starts or cancels the consumer; {@code then} when the broker has answered. */
    void consume(boolean on, Runnable then) {
        toServer(() -> {
            session.consume(on);
            toClient(then);
        });
    }

    void arrived(long tag, Copy copy, boolean redelivered) {
        unsettled.put(tag, TagState.OPEN);
        copies.put(tag, copy);
        pipeline.accept(new Delivery(
                "celery", "", "celery", tag, redelivered || copy.returned() > 0, copy.properties(), copy.body(), this));
    }

    @Override
    public void settle(Delivery delivery, String task, Settlement settlement) {
        if (unsettled.get(delivery.tag()) != TagState.OPEN) {
            return;
        }
        unsettled.put(delivery.tag(), TagState.SETTLING);
        worker.settled(Objects.requireNonNull(copies.get(delivery.tag())), settlement);
        world.after(world.between(10, World.MILLI), worker, () -> perform(delivery.tag(), settlement));
    }

    private void perform(long tag, Settlement settlement) {
        if (!open || settlement instanceof Settlement.Abandon) {
            return;
        }
        if (settlement instanceof Settlement.Ack) {
            unsettled.remove(tag);
            toServer(() -> session.ack(tag, settlement));
        } else if (settlement instanceof Settlement.Requeue) {
            unsettled.remove(tag);
            toServer(() -> session.nack(tag, settlement));
        } else {
            move(tag, settlement);
        }
    }

    /** Publishes the copy on another connection and acknowledges once that is confirmed; a lost confirm repeats it. */
    private void move(long tag, Settlement settlement) {
        Copy copy = Objects.requireNonNull(copies.get(tag));
        boolean lost = world.chance(worker.publishFails());
        boolean confirmLost = world.chance(worker.publishFails());
        if (!lost) {
            world.after(world.between(50, WIRE), Host.WORLD, () -> broker.take(copy, settlement, worker.name()));
        }
        if (lost || confirmLost) {
            world.after(World.SECOND, worker, () -> perform(tag, settlement));
        } else {
            world.after(2 * WIRE, worker, () -> {
                if (open) {
                    unsettled.remove(tag);
                    toServer(() -> session.ack(tag, settlement));
                }
            });
        }
    }

    /** Acknowledgements and returns are taken from the worker's hands behind its back. */
    void nackNow(String id) {
        for (Map.Entry<Long, Copy> each : new ArrayList<>(copies.entrySet())) {
            if (each.getValue().id().equals(id) && unsettled.remove(each.getKey()) != null) {
                toServer(() -> session.nack(
                        each.getKey(),
                        new Settlement.Requeue(dev.sedano.worker.delivery.SettlementReason.STORE_UNAVAILABLE)));
            }
        }
    }

    /** The connection breaks: the broker sees it now, the worker a little later. */
    void breakConnection() {
        session.close();
        world.after(world.between(100, World.SECOND), worker, this::gone);
    }

    /** Closes in order: what was sent arrives first. */
    void closeInOrder() {
        toServer(session::close);
        open = false;
        unsettled.clear();
    }

    private void gone() {
        if (open) {
            open = false;
            unsettled.clear();
            pipeline.inFlight().channelGone(this);
            worker.reconnect();
        }
    }

    /** The broker's view, for a worker that vanishes. */
    SimulatedBroker.Session session() {
        return session;
    }
}
