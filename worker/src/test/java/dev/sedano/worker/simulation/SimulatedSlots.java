package dev.sedano.worker.simulation;

import dev.sedano.worker.delivery.HandlerSlots;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A worker's handler threads: a fixed number of coroutines at a time, further bodies wait. */
final class SimulatedSlots implements HandlerSlots {
    private final World world;
    private final Host host;
    private final int size;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private final List<Coroutines.Coroutine> running = new ArrayList<>();
    private int busy;
    private boolean interrupted;

    SimulatedSlots(World world, Host host, int size) {
        this.world = world;
        this.host = host;
        this.size = size;
    }

    @Override
    public void execute(Consumer<Slot> body) {
        waiting.add(() -> body.accept(() -> {}));
        world.after(world.between(5, 100), host, this::next);
    }

    private void next() {
        if (busy >= size || waiting.isEmpty() || interrupted) {
            return;
        }
        busy++;
        Runnable body = waiting.remove();
        running.add(world.coroutines.start(() -> {
            try {
                body.run();
            } finally {
                busy--;
                world.after(1, host, this::next);
            }
        }));
        running.removeIf(Coroutines.Coroutine::ended);
    }

    /** Lets virtual time pass in a handler. */
    void sleep(long micros) throws InterruptedException {
        Coroutines.Coroutine self = self();
        if (self == null || interrupted) {
            throw new InterruptedException();
        }
        long until = world.now() + micros;
        while (world.now() < until) {
            world.at(until, host, self::resume);
            self.suspend();
            if (interrupted) {
                throw new InterruptedException();
            }
        }
    }

    Coroutines.@Nullable Coroutine self() {
        return world.coroutines.current();
    }

    @Override
    public void interrupt() {
        interrupted = true;
        for (Coroutines.Coroutine each : List.copyOf(running)) {
            world.after(0, host, each::resume);
        }
    }

    /** The process is gone. */
    void killAll() {
        interrupted = true;
        waiting.clear();
        List.copyOf(running).forEach(Coroutines.Coroutine::kill);
    }

    boolean isIdle() {
        return busy == 0 && waiting.isEmpty();
    }

    @Override
    public void close(Duration most) {
        interrupted = true;
    }
}
