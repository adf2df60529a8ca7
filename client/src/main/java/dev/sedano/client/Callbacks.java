package dev.sedano.client;

import dev.sedano.task.client.SendException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where the futures of {@code sendAsync} end, so that what callers attach to them holds up nothing that sends. One at a
 * time; while one waits for a future, the next goes on in a thread more, since it may be what is waited for.
 *
 * <p>Invariants: K1 a call from outside waits while {@code most} calls have not ended, what follows them included: slow
 * callbacks fill no memory, and callbacks that wait for ever have no more threads than that. K2 a call from a callback
 * waits only while {@code most} such calls have not begun their callbacks: until these end they could wait for each other.
 * It counts for K1. K3 what callbacks begin on their own ends at {@link #threads}: there a wait for a future is refused by
 * the pool, and one of this client goes on without another thread.
 *
 * <p>Thread-safe. Owns the threads {@code sedano-client-callbacks}, started when they are needed.
 */
final class Callbacks implements AutoCloseable {
    private static final long END_WITHIN_MILLIS = 2_000;
    private static final int FEWEST_THREADS = 64;
    /** What a {@link ForkJoinPool} can have. */
    private static final int MOST_THREADS = 32_767;

    // Unlike other executors, this one sees that a thread of it waits for a future.
    private final ForkJoinPool pool;
    private final int most;
    private final Duration within;
    private final Room unended;
    private final Semaphore unbegun;

    /**
     * @param most so many futures may be unfinished
     * @param within how long a call waits for others to end
     */
    Callbacks(int most, Duration within) {
        this.most = most;
        this.within = within;
        this.unended = new Room(most);
        this.unbegun = new Semaphore(most);
        int threads = threads(most);
        this.pool = new ForkJoinPool(1, Caller::new, null, true, 1, threads, 1, null, 60, TimeUnit.SECONDS);
    }

    /** Each call from outside may have a callback that waits, and one more goes on. */
    static int threads(int most) {
        return Math.max(FEWEST_THREADS, Math.min(most, MOST_THREADS - 1) + 1);
    }

    private static final class Caller extends ForkJoinWorkerThread {
        Caller(ForkJoinPool pool) {
            super(pool);
            setName("sedano-client-callbacks");
        }
    }

    /** Permits that callbacks may overdraw. */
    private static final class Room extends Semaphore {
        private static final long serialVersionUID = 1L;

        Room(int permits) {
            super(permits);
        }

        void overdraw() {
            reducePermits(1);
        }
    }

    /** A call's place; one of its methods is called, once. */
    final class Place {
        private final boolean ofCallback;

        private Place(boolean ofCallback) {
            this.ofCallback = ofCallback;
        }

        /** Nothing is to be followed. */
        void giveBack() {
            begun();
            unended.release();
        }

        /** The same outcome, on a thread of this. */
        <T> CompletableFuture<T> follow(CompletableFuture<T> ended) {
            CompletableFuture<T> followed = new CompletableFuture<>();
            ended.whenComplete((result, failure) -> execute(() -> {
                begun();
                try {
                    tell(followed, result, failure);
                } finally {
                    unended.release();
                }
            }));
            return followed;
        }

        private void begun() {
            if (ofCallback) {
                unbegun.release();
            }
        }
    }

    /**
     * Waits for a place.
     *
     * @param callId for errors
     * @throws SendException if there is none in time
     */
    Place reserve(String callId) {
        boolean ofCallback = isCallback();
        Permit permit = new Permit(ofCallback ? unbegun : unended);
        try {
            permit.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SendException(callId, false, "interrupted before it was sent", e);
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
        if (ofCallback) {
            unended.overdraw();
        }
        return new Place(ofCallback);
    }

    private boolean isCallback() {
        return Thread.currentThread() instanceof Caller own && own.getPool() == pool;
    }

    /** The outcome of a future that ends on another thread than these, and soon. */
    static <T> T await(CompletableFuture<T> soon) throws InterruptedException, ExecutionException {
        try {
            return soon.get();
        } catch (RejectedExecutionException e) { // K3
            CountDownLatch ended = new CountDownLatch(1);
            soon.whenComplete((result, failure) -> ended.countDown());
            ended.await();
            return soon.get();
        }
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
        private final Semaphore of;
        private boolean granted;

        Permit(Semaphore of) {
            this.of = of;
        }

        void await() throws InterruptedException {
            try {
                ForkJoinPool.managedBlock(this);
            } catch (RejectedExecutionException e) {
                boolean unused = block(); // K3
            }
        }

        @Override
        public boolean isReleasable() {
            granted = granted || of.tryAcquire();
            return granted;
        }

        @Override
        public boolean block() throws InterruptedException {
            granted = of.tryAcquire(within.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        }
    }

    /** Waits a little for what has begun, unless that is what closes. */
    @Override
    public void close() {
        pool.shutdown();
        if (isCallback()) {
            return;
        }
        try {
            boolean unused = pool.awaitTermination(END_WITHIN_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
