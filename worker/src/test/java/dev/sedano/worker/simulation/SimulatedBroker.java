package dev.sedano.worker.simulation;

import dev.sedano.worker.canvas.OutgoingMessage;
import dev.sedano.worker.delivery.Settlement;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One queue with its wait, dead-letter and parked queues, and the sessions of its consumers, as the broker sees them. */
final class SimulatedBroker {
    private record Ready(Copy copy, boolean redelivered) {}

    /** The broker's side of a channel. */
    final class Session {
        final SimulatedChannel client;
        final Map<Long, Ready> unacked = new LinkedHashMap<>();
        boolean open = true;
        boolean consuming;
        private long tags;

        private Session(SimulatedChannel client) {
            this.client = client;
        }

        void consume(boolean on) {
            consuming = on && open;
            pump();
        }

        void ack(long tag, Settlement settlement) {
            Ready done = unacked.remove(tag);
            if (done != null) {
                // A moved copy lives on elsewhere.
                if (settlement instanceof Settlement.Ack) {
                    logAbout(Line.Event.ACKED, done.copy(), settlement.reason().code());
                }
                pump();
            }
        }

        void nack(long tag, Settlement settlement) {
            Ready back = unacked.remove(tag);
            if (back != null) {
                logAbout(Line.Event.RETURNED, back.copy(), settlement.reason().code());
                putBack(back);
                pump();
            }
        }

        /** The connection is gone: what is unsettled goes back. */
        void close() {
            if (!open) {
                return;
            }
            open = false;
            consuming = false;
            sessions.remove(this);
            unacked.values().forEach(SimulatedBroker.this::putBack);
            unacked.clear();
            pump();
        }

        private void logAbout(Line.Event event, Copy copy, String what) {
            world.log(world.line(event, client.worker())
                    .copy(copy.name())
                    .about(copy.key(), copy.attempt(), 0)
                    .what(what));
        }
    }

    private final World world;
    private final NaiveDesign design;
    private final List<Ready> ready = new ArrayList<>();
    private final Set<Session> sessions = new LinkedHashSet<>();
    private int waiting;
    private int followUps;

    SimulatedBroker(World world, NaiveDesign design) {
        this.world = world;
        this.design = design;
    }

    Session open(SimulatedChannel client) {
        Session session = new Session(client);
        sessions.add(session);
        return session;
    }

    /** A producer's message is in the queue. */
    void publish(Copy copy) {
        String follows = copy.follows();
        if (follows != null) {
            world.log(
                    world.line(Line.Event.FOLLOWED, "").about(copy.key(), 0, 0).what(follows));
        }
        world.log(world.line(Line.Event.SENT, "")
                .copy(copy.name())
                .about(copy.key(), copy.attempt(), 0)
                .what(copy.id())
                .until(copy.follow()));
        ready.add(new Ready(copy, false));
        pump();
    }

    /** A worker's follow-up is published; lost, confirmed, or in the queue without the worker knowing. */
    CompletableFuture<?> publish(SimulatedWorker worker, OutgoingMessage message) {
        CompletableFuture<Void> confirm = new CompletableFuture<>();
        if (worker.isDead()) {
            return confirm;
        }
        worker.moment();
        boolean lost = world.chance(worker.publishFails());
        boolean confirmLost = world.chance(worker.publishFails());
        if (!lost) {
            Copy named = Copy.of("f" + ++followUps, message);
            Copy copy = design == NaiveDesign.NEW_IDS && named.follows() != null && named.attempt() == 0
                    ? named.under("new" + followUps)
                    : named;
            world.after(world.between(50, 2 * World.MILLI), Host.WORLD, () -> publish(copy));
        }
        world.after(4 * World.MILLI, worker, () -> {
            if ((lost || confirmLost) && design != NaiveDesign.CONFIRM_ASSUMED) {
                confirm.completeExceptionally(new IOException("simulated"));
            } else {
                confirm.complete(null);
            }
        });
        return confirm;
    }

    /** A worker's copy arrives for the queue that {@code settlement} names. */
    void take(Copy copy, Settlement settlement, String worker) {
        Line line = world.line(Line.Event.WAITING, worker)
                .copy(copy.name())
                .about(copy.key(), copy.attempt(), 0)
                .what(settlement.reason().code());
        @Nullable
        Duration delay = settlement instanceof Settlement.Wait wait
                ? wait.delay()
                : settlement instanceof Settlement.Delay late
                        ? Duration.between(new VirtualClock(world).instant(), late.until())
                        : null;
        if (delay != null) {
            world.log(line);
            waiting++;
            long level = Long.highestOneBit(Math.max(1, delay.toSeconds())) * World.SECOND;
            world.after(level, Host.WORLD, () -> {
                waiting--;
                ready.add(new Ready(copy.returnedOnceMore(), false));
                pump();
            });
        } else {
            world.log(new Line(
                    line.at(),
                    settlement instanceof Settlement.Park ? Line.Event.PARKED : Line.Event.DEAD,
                    worker,
                    line.copy(),
                    line.key(),
                    line.attempt(),
                    0,
                    line.what(),
                    0));
        }
    }

    private void putBack(Ready back) {
        ready.add(0, new Ready(back.copy(), design.tellsRedelivery()));
    }

    /** All connections break. */
    void restart() {
        new ArrayList<>(sessions).forEach(session -> session.client.breakConnection());
    }

    List<Session> sessions() {
        return List.copyOf(sessions);
    }

    /** Whether no copy is anywhere in the broker. */
    boolean isEmpty() {
        return ready.isEmpty() && waiting == 0 && sessions.stream().allMatch(session -> session.unacked.isEmpty());
    }

    /** Writes what is left into the ledger. */
    void logLeft() {
        for (Ready each : ready) {
            world.log(world.line(Line.Event.LEFT, "").copy(each.copy().name()).what("in the queue"));
        }
        for (Session session : sessions) {
            for (Ready each : session.unacked.values()) {
                world.log(world.line(Line.Event.LEFT, session.client.worker())
                        .copy(each.copy().name())
                        .about(each.copy().key(), each.copy().attempt(), 0)
                        .what("unsettled"));
            }
        }
    }

    /** Gives what is ready to consumers with credit, in a nearly fair order. */
    void pump() {
        while (!ready.isEmpty()) {
            List<Session> able = sessions.stream()
                    .filter(session -> session.consuming && session.unacked.size() < session.client.prefetch())
                    .toList();
            if (able.isEmpty()) {
                return;
            }
            Session to = able.get(world.random.nextInt(able.size()));
            Ready next = ready.remove(world.random.nextInt(Math.min(3, ready.size())));
            long tag = ++to.tags;
            to.unacked.put(tag, next);
            to.logAbout(Line.Event.DELIVERED, next.copy(), "");
            to.client.toClient(() -> to.client.arrived(tag, next.copy(), next.redelivered()));
        }
    }
}
