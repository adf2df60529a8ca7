package dev.sedano.client;

import dev.sedano.task.client.SendException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where the futures of {@code sendAsync} end, so that what callers attach to them holds up nothing that sends. One at a
 * time; while one waits for another send, the next goes on in a thread more, since it may be what is waited for.
 *
 * <p>Invariant: a permit is held from before the send until what follows it begins, so a caller whose callbacks are slow
 * fills no memory: it waits. Held any longer, callbacks that send could wait for each other.
 *
 * <p>Thread-safe. Owns the threads {@code sedano-client-callbacks}, started when they are needed.
 */
final class Callbacks implements AutoCloseable {
    private static final long END_WITHIN_MILLIS = 2_000;

    // Unlike other executors, this one sees that a thread of it waits for a future.
    private final ForkJoinPool pool = new ForkJoinPool(1, Caller::new, null, true);
    private final int most;
    private final Duration within;
    private final Semaphore permits;

    /**
     * @param most so many futures may be unfinished
     * @param within how long a call waits for others to end
     */
    Callbacks(int most, Duration within) {
        this.most = most;
        this.within = within;
        this.permits = new Semaphore(most);
    }

    private static final class Caller extends ForkJoinWorkerThread {
        Caller(ForkJoinPool pool) {
            super(pool);
            setName("sedano-client-callbacks");
        }
    }

    /**
     * Waits for a permit; after it comes {@link #follow} or {@link #giveBack}, once.
     *
     * @param callId for errors
     * @throws SendException if there is none in time
     */
    void reserve(String callId) {
        Permit permit = new Permit();
        try {
            ForkJoinPool.managedBlock(permit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SendException(callId, false, "interrupted before it was sent", e);
        } catch (RejectedExecutionException e) {
            permit.granted = false; // hundreds of callbacks wait for one already
        }
        if (!permit.granted) {
            throw new SendException(
                    callId,
                    false,
                    most + " calls of sendAsync have not ended in " + within.toMillis() / 1000.0
                            + " s: what follows their futures is slow, give it a thread of its own (handleAsync and its"
                            + " like); nothing was sent",
                    null);
        }
    }

    /** Nothing is to be followed. */
    void giveBack() {
        permits.release();
    }

    /** The same outcome, on a thread of this. */
    <T> CompletableFuture<T> follow(CompletableFuture<T> ended) {
        CompletableFuture<T> followed = new CompletableFuture<>();
        ended.whenComplete((result, failure) -> execute(() -> {
            permits.release();
            tell(followed, result, failure);
        }));
        return followed;
    }

    private void execute(Runnable callback) {
        try {
            pool.execute(callback);
        } catch (RejectedExecutionException e) {
            callback.run(); // closed: there is nothing to hold up any more
        }
    }

    private static <T> void tell(CompletableFuture<T> followed, T result, @Nullable Throwable failure) {
        if (failure == null) {
            followed.complete(result);
        } else {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : null;
            followed.completeExceptionally(cause == null ? failure : cause);
        }
    }

    /** A callback that waits for one lets the next go on, which may be what gives it back. */
    private final class Permit implements ForkJoinPool.ManagedBlocker {
        private boolean granted;

        @Override
        public boolean isReleasable() {
            granted = granted || permits.tryAcquire();
            return granted;
        }

        @Override
        public boolean block() throws InterruptedException {
            granted = permits.tryAcquire(within.toNanos(), TimeUnit.NANOSECONDS);
            return true;
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
