package dev.sedano.worker.simulation;

import dev.sedano.worker.journal.JournalEntry;
import dev.sedano.worker.journal.SimulatedDisk;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** The replay of what earlier workers of this host left, in a coroutine of its own. As {@code Replay}. */
final class SimulatedReplay implements SimulatedDisk.Waiting {
    private final World world;
    private final SimulatedWorker worker;
    private final SimulatedJournal journal;
    private Coroutines.@Nullable Coroutine running;
    private boolean stopped;

    SimulatedReplay(World world, SimulatedWorker worker, SimulatedJournal journal) {
        this.world = world;
        this.worker = worker;
        this.journal = journal;
    }

    void start(List<SimulatedDisk.Journalled> left, SimulatedDisk.Replayer with, Runnable through) {
        world.after(0, worker, () -> running = world.coroutines.start(() -> run(left, with, through)));
    }

    private void run(List<SimulatedDisk.Journalled> left, SimulatedDisk.Replayer with, Runnable through) {
        running = world.coroutines.current();
        try {
            SimulatedDisk.replay(left, with, this, this::dealtWith);
            through.run();
        } catch (InterruptedException end) {
            world.log(world.line(Line.Event.FAULT, worker.name())
                    .what("replay interrupted")
                    .until(world.now()));
        }
    }

    private void dealtWith(JournalEntry entry, boolean done) {
        world.log(journal.about(Line.Event.REPLAYED, entry));
        if (!done) {
            world.log(world.line(Line.Event.LEFT, worker.name()).what("a refused entry of the journal"));
        }
    }

    private Coroutines.Coroutine self() {
        return java.util.Objects.requireNonNull(world.coroutines.current(), "a replay runs in its coroutine");
    }

    @Override
    public <T> T answerOf(CompletableFuture<T> future) throws InterruptedException, ExecutionException {
        Coroutines.Coroutine self = self();
        future.whenComplete((value, failure) -> world.after(0, worker, self::resume));
        while (!future.isDone()) {
            self.suspend();
            if (stopped) {
                throw new InterruptedException();
            }
        }
        return future.get();
    }

    @Override
    public CompletableFuture<Boolean> within(Duration most, CompletableFuture<Boolean> step) {
        world.after(most.toMillis() * World.MILLI, worker, () -> step.complete(false));
        return step;
    }

    @Override
    public void pause(Duration time) throws InterruptedException {
        Coroutines.Coroutine self = self();
        long until = world.now() + time.toMillis() * World.MILLI;
        world.at(until, worker, self::resume);
        while (world.now() < until && !stopped) {
            self.suspend();
        }
        if (stopped) {
            throw new InterruptedException();
        }
    }

    boolean isRunning() {
        return running != null && !running.ended();
    }

    /** This worker ends. */
    void stop() {
        stopped = true;
        if (running != null) {
            world.after(0, worker, running::resume);
        }
    }

    /** The process is gone. */
    void kill() {
        if (running != null) {
            running.kill();
        }
    }
}
