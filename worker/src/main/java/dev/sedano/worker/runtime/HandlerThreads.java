package dev.sedano.worker.runtime;

import dev.sedano.worker.delivery.HandlerSlots;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Handler threads: a fixed number of platform threads {@code sedano-handler-N}, or one virtual thread per run with as
 * many running at once. A handler that is left behind keeps its thread, and another takes its place.
 */
final class HandlerThreads implements HandlerSlots {
    private final ExecutorService executor;
    private final Permits permits;
    private final Set<Place> leftBehind = ConcurrentHashMap.newKeySet();
    private volatile IntConsumer whenLeft = count -> {};
    private int size;

    private static final class Permits extends Semaphore {
        private static final long serialVersionUID = 1;

        Permits(int permits) {
            super(permits);
        }

        void fewer(int by) {
            reducePermits(by);
        }
    }

    private HandlerThreads(ExecutorService executor, int permits) {
        this.executor = executor;
        this.permits = new Permits(permits);
        this.size = permits;
    }

    static HandlerThreads of(PoolKind kind, int slots) {
        if (kind == PoolKind.VIRTUAL) {
            return new HandlerThreads(virtualThreads(), slots);
        }
        AtomicInteger number = new AtomicInteger();
        return new HandlerThreads(
                Executors.newFixedThreadPool(slots, body -> {
                    Thread thread = new Thread(body, "sedano-handler-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                }),
                slots);
    }

    /** {@code Thread.ofVirtual().name("sedano-handler-", 1).factory()}, by reflection: the class files are Java 17's. */
    private static ExecutorService virtualThreads() {
        try {
            Object builder =
                    Objects.requireNonNull(Thread.class.getMethod("ofVirtual").invoke(null));
            Class<?> type = Class.forName("java.lang.Thread$Builder");
            Object named = Objects.requireNonNull(
                    type.getMethod("name", String.class, long.class).invoke(builder, "sedano-handler-", 1L));
            Object factory = Objects.requireNonNull(type.getMethod("factory").invoke(named));
            return (ExecutorService) Objects.requireNonNull(Executors.class
                    .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
                    .invoke(null, factory));
        } catch (NoSuchMethodException
                | ClassNotFoundException
                | IllegalAccessException
                | InvocationTargetException e) {
            throw new IllegalStateException("-P virtual needs Java 21 or newer", e);
        }
    }

    @Override
    public void execute(Consumer<Slot> body) {
        executor.execute(() -> {
            permits.acquireUninterruptibly();
            Place place = new Place();
            try {
                body.accept(place);
            } finally {
                place.end();
            }
        });
    }

    /** What one body takes. */
    private final class Place implements Slot {
        private boolean left;
        private boolean ended;

        @Override
        public void leave() {
            int count;
            synchronized (HandlerThreads.this) {
                if (left || ended) {
                    return;
                }
                left = true;
                leftBehind.add(this);
                count = leftBehind.size();
                permits.release();
                threads();
            }
            whenLeft.accept(count);
        }

        void end() {
            synchronized (HandlerThreads.this) {
                ended = true;
                if (!left) {
                    permits.release();
                } else {
                    leftBehind.remove(this);
                    threads();
                }
            }
        }
    }

    /** @param listener told on any thread how many handlers run on without a slot when one more does */
    void whenLeft(IntConsumer listener) {
        whenLeft = listener;
    }

    /** Lets as many handlers run at once from now on; those that run go on. */
    synchronized void resize(int slots) {
        if (slots > size) {
            permits.release(slots - size);
        } else {
            permits.fewer(size - slots);
        }
        size = slots;
        threads();
    }

    /** As many threads as slots, and one for each handler that was left behind. */
    private void threads() {
        if (executor instanceof ThreadPoolExecutor threads) {
            int wanted = size + leftBehind.size();
            if (wanted > threads.getMaximumPoolSize()) {
                threads.setMaximumPoolSize(wanted);
                threads.setCorePoolSize(wanted);
            } else {
                threads.setCorePoolSize(wanted);
                threads.setMaximumPoolSize(wanted);
            }
        }
    }

    /** How many handlers may run at once. */
    synchronized int size() {
        return size;
    }

    @Override
    public void interrupt() {
        executor.shutdownNow();
    }

    @Override
    public void close(Duration most) {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(most.toNanos(), TimeUnit.NANOSECONDS)) {
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
