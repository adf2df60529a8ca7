package dev.sedano.worker.idempotency;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Store calls that must be repeated until they are answered. Every script is idempotent for the same nonce or token, so
 * a repetition after an unknown outcome is harmless. Thread-safe; bounded by what may be in flight.
 */
final class RepeatedCalls<R> {
    private final class Call {
        final Supplier<CompletableFuture<R>> attempt;
        final Consumer<R> then;
        final Runnable dropped;
        final AtomicBoolean underWay = new AtomicBoolean();

        Call(Supplier<CompletableFuture<R>> attempt, Consumer<R> then, Runnable dropped) {
            this.attempt = attempt;
            this.then = then;
            this.dropped = dropped;
        }

        void run(long id) {
            if (!underWay.compareAndSet(false, true)) {
                return;
            }
            Attempt.of(attempt).whenComplete((reply, failure) -> {
                if (failure == null) {
                    if (waiting.remove(id) != null) {
                        then.accept(reply);
                    }
                } else if (failure instanceof StoreException foreign
                        && foreign.kind() == StoreException.Kind.FOREIGN_KEY) {
                    if (waiting.remove(id) != null) {
                        dropped.run();
                    }
                    onFailure.accept(foreign);
                } else {
                    underWay.set(false);
                    if (failure instanceof StoreException cause) {
                        onFailure.accept(cause);
                    }
                }
            });
        }
    }

    private final Map<Long, Call> waiting = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final Consumer<StoreException> onFailure;

    /** @param onFailure told of every failed try */
    RepeatedCalls(Consumer<StoreException> onFailure) {
        this.onFailure = onFailure;
    }

    /**
     * Waits for {@link #repeatAll}, without a try of its own.
     *
     * @param dropped called instead of {@code then} when foreign data is where the record was: what the call was to change
     *     is gone, and every repetition would fail
     */
    void add(Supplier<CompletableFuture<R>> attempt, Consumer<R> then, Runnable dropped) {
        waiting.put(ids.incrementAndGet(), new Call(attempt, then, dropped));
    }

    /** As the other one, for what need not be told. */
    void add(Supplier<CompletableFuture<R>> attempt) {
        add(attempt, reply -> {}, () -> {});
    }

    /** Tries everything that waits, in the order it was added, unless its last try is still under way. */
    void repeatAll() {
        if (!waiting.isEmpty()) {
            waiting.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(entry -> entry.getValue().run(entry.getKey()));
        }
    }

    int size() {
        return waiting.size();
    }

    void clear() {
        waiting.clear();
    }
}
