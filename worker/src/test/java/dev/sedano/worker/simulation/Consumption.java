package dev.sedano.worker.simulation;

import dev.sedano.worker.delivery.DeliveryPipeline;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A worker's connection to the broker: consumes unless paused, connects again when it breaks. As {@code Broker}. */
final class Consumption {
    /** Why nothing is consumed. */
    enum Pause {
        STORE_DOWN,
        REPLAY,
        SHUTDOWN
    }

    private final World world;
    private final SimulatedWorker worker;
    private final SimulatedBroker broker;
    private final DeliveryPipeline pipeline;
    private final Set<Pause> pauses = EnumSet.noneOf(Pause.class);
    private final List<CompletableFuture<Void>> waitForQuiet = new ArrayList<>();
    private @Nullable SimulatedChannel channel;
    private boolean closed;

    Consumption(World world, SimulatedWorker worker, SimulatedBroker broker, DeliveryPipeline pipeline) {
        this.world = world;
        this.worker = worker;
        this.broker = broker;
        this.pipeline = pipeline;
    }

    void connect() {
        if (!closed) {
            SimulatedChannel opened = new SimulatedChannel(world, worker, broker, pipeline);
            channel = opened;
            mend();
        }
    }

    void reconnect() {
        world.after(world.between(World.MILLI, World.SECOND), worker, this::connect);
    }

    CompletableFuture<Void> pause(Pause reason) {
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        pauses.add(reason);
        waitForQuiet.add(quiet);
        world.after(world.between(10, World.MILLI), worker, this::mend);
        return quiet;
    }

    void resume(Pause reason) {
        pauses.remove(reason);
        world.after(world.between(10, World.MILLI), worker, this::mend);
    }

    /** Brings the consumer into the state it should be in. */
    private void mend() {
        SimulatedChannel active = channel;
        if (active == null || !active.isOpen()) {
            tellQuiet();
        } else if (pauses.isEmpty()) {
            active.consume(true, () -> {});
        } else {
            active.consume(false, () -> {
                if (!pauses.isEmpty()) {
                    tellQuiet();
                }
            });
        }
    }

    private void tellQuiet() {
        List<CompletableFuture<Void>> waiting = List.copyOf(waitForQuiet);
        waitForQuiet.clear();
        waiting.forEach(quiet -> quiet.complete(null));
    }

    void breakConnection() {
        if (channel != null) {
            channel.breakConnection();
        }
    }

    void nackNow(String id) {
        if (channel != null) {
            channel.nackNow(id);
        }
    }

    void closeInOrder() {
        closed = true;
        if (channel != null) {
            channel.closeInOrder();
        }
    }
}
