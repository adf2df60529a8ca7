package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.address.StoreUri;
import dev.sedano.worker.delivery.InFlight;
import dev.sedano.worker.idempotency.CircuitBreaker;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.metrics.WorkerMetrics;
import dev.sedano.worker.rabbitmq.Broker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the idempotency store is up, and what the worker does when it goes and comes back; the latter all on the timer
 * thread.
 */
final class StoreWatch implements CircuitBreaker.Listener {
    /** How long a start waits for the store. */
    static final Duration FIRST_HELLO = Duration.ofSeconds(3);

    private static final Logger LOG = LoggerFactory.getLogger(StoreWatch.class);

    private final boolean goesOnWithoutStore;
    private final Supplier<InFlight> inFlight;
    private final Broker broker;
    private final KeptRevokes revokes;
    private final WorkerMetrics metrics;
    private final Executor timer;
    private volatile boolean up;

    /**
     * @param goesOnWithoutStore whether work is consumed during an outage
     * @param inFlight asked for when the store goes or comes back, not before
     */
    StoreWatch(
            boolean goesOnWithoutStore,
            Supplier<InFlight> inFlight,
            Broker broker,
            KeptRevokes revokes,
            WorkerMetrics metrics,
            Executor timer) {
        this.goesOnWithoutStore = goesOnWithoutStore;
        this.inFlight = inFlight;
        this.broker = broker;
        this.revokes = revokes;
        this.metrics = metrics;
        this.timer = timer;
    }

    boolean isUp() {
        return up;
    }

    /**
     * A store that is away now is an outage like any other; one that is not fit for the job is refused.
     *
     * @param address for the message of the refusal
     */
    void checkAtStart(IdempotencyStore store, StoreUri address, CircuitBreaker breaker) {
        try {
            store.hello().get(FIRST_HELLO.toMillis(), TimeUnit.MILLISECONDS);
            up = true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException cause) {
                if (cause.kind() == StoreException.Kind.NOT_PERMITTED) {
                    throw new ConfigurationException(
                            "--idempotency-store", address.toString(), String.valueOf(cause.getMessage()), cause);
                }
                breaker.failed(cause);
            }
        } catch (TimeoutException e) {
            breaker.failed(new StoreException(
                    StoreException.Kind.TIMEOUT, StoreException.Effect.UNKNOWN, "no answer at start", e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void opened(@Nullable StoreException cause) {
        up = false;
        metrics.paused("store_down");
        inFlight.get()
                .storeGone(
                        goesOnWithoutStore
                                ? CompletableFuture.completedFuture(null)
                                : broker.pause(Broker.Pause.STORE_DOWN));
    }

    @Override
    public void recovering() {
        LOG.debug("pending releases, completions and reports are repeated");
    }

    @Override
    public void halfOpened(Duration outage) {
        up = true;
        metrics.resumed("store_down");
        // What was revoked before this worker started must be known before anything runs.
        var unused = revokes.loadOnce().whenComplete((known, defect) -> timer.execute(this::goOn));
    }

    private void goOn() {
        try {
            inFlight.get().storeBack();
        } finally { // whatever became of what waited: new work must come
            broker.resume(Broker.Pause.STORE_DOWN);
        }
    }
}
