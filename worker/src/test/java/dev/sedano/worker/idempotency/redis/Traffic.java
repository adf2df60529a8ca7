package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.CompleteReply;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.StoreException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/** Claims and completes one task after the other in a thread of its own, and remembers what the store acknowledged. */
final class Traffic implements AutoCloseable {
    private final IdempotencyStore store;
    private final String prefix;
    private final Queue<String> completed = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();
    private final AtomicInteger refused = new AtomicInteger();
    private final Thread thread;
    private volatile boolean stopped;

    private Traffic(IdempotencyStore store, String prefix) {
        this.store = store;
        this.prefix = prefix;
        this.thread = new Thread(this::run, "traffic");
    }

    static Traffic start(IdempotencyStore store, String prefix) {
        Traffic traffic = new Traffic(store, prefix);
        traffic.thread.start();
        return traffic;
    }

    private void run() {
        for (int i = 0; !stopped; i++) {
            String id = prefix + i;
            try {
                ClaimReply reply = within(store.claim(Calls.claim(id)));
                if (reply instanceof ClaimReply.Granted granted
                        && within(store.complete(Calls.completion(id, granted.token())))
                                instanceof CompleteReply.Recorded) {
                    completed.add(id);
                }
            } catch (CompletionException e) {
                refused.incrementAndGet();
                if (!(e.getCause() instanceof StoreException)) {
                    surprises.add(e);
                }
            }
        }
    }

    private static <T> T within(CompletableFuture<T> call) {
        return call.orTimeout(20, TimeUnit.SECONDS).join();
    }

    /** How many the store has acknowledged so far. */
    int acknowledged() {
        return completed.size();
    }

    /** How many calls failed so far. */
    int refused() {
        return refused.get();
    }

    /** What was acknowledged and is not known any more. */
    long forgotten() {
        return completed.stream()
                .filter(id -> !(answered(Calls.claim(id, "again", true)) instanceof ClaimReply.Duplicate))
                .count();
    }

    /** A replica that is late to confirm says nothing of what is known: asked again. */
    private ClaimReply answered(IdempotencyStore.Claim claim) {
        return Awaitility.await("an answer to " + claim)
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptionsMatching(e -> e.getCause() instanceof StoreException)
                .until(() -> within(store.claim(claim)), reply -> true);
    }

    /** Failures that are no StoreException. */
    Queue<Throwable> surprises() {
        return surprises;
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(30_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
