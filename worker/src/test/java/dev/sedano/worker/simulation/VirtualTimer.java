package dev.sedano.worker.simulation;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A worker's timer thread: tasks run one at a time, in the order in which they are due, with a random lag. */
final class VirtualTimer extends AbstractExecutorService implements ScheduledExecutorService {
    private static final long MOST_LAG = 300;

    private final World world;
    private final Host host;
    private final PriorityQueue<Task<?>> tasks = new PriorityQueue<>(
            Comparator.<Task<?>>comparingLong(task -> task.due).thenComparingLong(task -> task.number));
    private long numbers;
    private boolean shutdown;

    VirtualTimer(World world, Host host) {
        this.world = world;
        this.host = host;
    }

    private final class Task<V> extends FutureTask<V> implements ScheduledFuture<V> {
        final long due;
        final long number = numbers++;

        Task(Callable<V> body, long due) {
            super(body);
            this.due = due;
        }

        @Override
        public boolean cancel(boolean mayInterrupt) {
            tasks.remove(this);
            return super.cancel(mayInterrupt);
        }

        @Override
        protected void setException(Throwable defect) {
            super.setException(defect);
            world.log(world.line(Line.Event.LEFT, "").what("timer task failed: " + defect));
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(due - world.now(), TimeUnit.MICROSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.MICROSECONDS), other.getDelay(TimeUnit.MICROSECONDS));
        }
    }

    /** Runs the first of what is due: as many calls come as tasks were added, each not before its task's time. */
    private void runOne() {
        Task<?> first = tasks.peek();
        if (!shutdown && first != null && first.due <= world.now()) {
            tasks.remove();
            first.run();
        }
    }

    private <V> Task<V> add(Callable<V> body, long delay, TimeUnit unit) {
        Task<V> task = new Task<>(body, world.now() + Math.max(0, unit.toMicros(delay)));
        if (!shutdown) {
            tasks.add(task);
            world.at(task.due + world.random.nextInt((int) MOST_LAG), host, this::runOne);
        }
        return task;
    }

    @Override
    public void execute(Runnable body) {
        add(Executors.callable(body), 0, TimeUnit.MICROSECONDS);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable body, long delay, TimeUnit unit) {
        return add(Executors.callable(body), delay, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> body, long delay, TimeUnit unit) {
        return add(body, delay, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable body, long first, long delay, TimeUnit unit) {
        return schedule(
                () -> {
                    body.run();
                    var unused = scheduleWithFixedDelay(body, delay, delay, unit);
                },
                first,
                unit);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable body, long first, long period, TimeUnit unit) {
        throw new UnsupportedOperationException("the worker core does not use fixed rates");
    }

    @Override
    public void shutdown() {
        shutdown = true;
        tasks.clear();
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return shutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return shutdown;
    }
}
