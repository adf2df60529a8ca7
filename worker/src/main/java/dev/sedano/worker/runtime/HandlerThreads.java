package dev.sedano.worker.runtime;

import dev.sedano.worker.delivery.HandlerSlots;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Handler threads: a fixed number of platform threads {@code sedano-handler-N}, or one virtual thread per run with as
 * many running at once.
 */
final class HandlerThreads implements HandlerSlots {
    private final ExecutorService executor;
    private final Permits permits;
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
    public void execute(Runnable body) {
        executor.execute(() -> {
            permits.acquireUninterruptibly();
            try {
                body.run();
            } finally {
                permits.release();
            }
        });
    }

    /** Lets as many handlers run at once from now on; those that run go on. */
    synchronized void resize(int slots) {
        if (slots > size) {
            permits.release(slots - size);
        } else {
            permits.fewer(size - slots);
        }
        if (executor instanceof ThreadPoolExecutor threads) {
            if (slots > threads.getMaximumPoolSize()) {
                threads.setMaximumPoolSize(slots);
                threads.setCorePoolSize(slots);
            } else {
                threads.setCorePoolSize(slots);
                threads.setMaximumPoolSize(slots);
            }
        }
        size = slots;
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
