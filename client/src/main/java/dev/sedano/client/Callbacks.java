package dev.sedano.client;

import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Where the futures of {@code sendAsync} end, so that what callers attach to them holds up nothing that sends. One at a
 * time; while one waits for another send, the next goes on in a thread more, since it may be what is waited for.
 *
 * <p>Thread-safe. Owns the threads {@code sedano-client-callbacks}, started when they are needed.
 */
final class Callbacks implements Executor, AutoCloseable {
    private static final long END_WITHIN_MILLIS = 2_000;

    // Unlike other executors, this one sees that a thread of it waits for a future.
    private final ForkJoinPool pool = new ForkJoinPool(1, Caller::new, null, true);

    private static final class Caller extends ForkJoinWorkerThread {
        Caller(ForkJoinPool pool) {
            super(pool);
            setName("sedano-client-callbacks");
        }
    }

    @Override
    public void execute(Runnable callback) {
        try {
            pool.execute(callback);
        } catch (RejectedExecutionException e) {
            callback.run(); // closed: there is nothing to hold up any more
        }
    }

    /** Waits a little for what has begun, unless that is what closes. */
    @Override
    public void close() {
        pool.shutdown();
        if (Thread.currentThread() instanceof Caller own && own.getPool() == pool) {
            return;
        }
        try {
            boolean unused = pool.awaitTermination(END_WITHIN_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
