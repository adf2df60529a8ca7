package dev.sedano.worker.idempotency;

import dev.sedano.worker.time.Ticker;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the store may be asked. Opens at the first failed call (fail safe needs no statistics), probes with {@code
 * hello} after full-jitter delays from 0.5 s to 10 s, runs the recovery steps after a probe succeeded, then is half open
 * until the first claim is answered. While closed, a hello every second keeps the fleet's tick alive and notices an
 * outage even when no delivery comes.
 *
 * <p>Thread-safe. State changes and the callbacks that follow them happen on the timer thread, in order.
 */
public final class CircuitBreaker implements AutoCloseable {
    /** Whether and how far the store is trusted. */
    public enum State {
        /** The store answers. */
        CLOSED(0),
        /** The store answers again, work comes back step by step. */
        HALF_OPEN(1),
        /** The store does not answer; nothing is claimed. */
        OPEN(2);

        private final int code;

        State(int code) {
            this.code = code;
        }

        /** The value of the metric {@code sedano_breaker_state}. */
        public int code() {
            return code;
        }
    }

    /** Who must stop and go on. Called on the timer thread, in order. */
    public interface Listener {
        /** No claim may be made from now on. */
        void opened(@Nullable StoreException cause);

        /** The store answered a probe: repeat what is pending, before any new work. */
        void recovering();

        /** The store answered a hello. */
        default void greeted(StoreStatus status) {}

        /** Work may be taken again. */
        void halfOpened(Duration outage);
    }

    static final LongUnaryOperator FULL_JITTER =
            ceiling -> ThreadLocalRandom.current().nextLong(ceiling + 1);

    private static final Logger LOG = LoggerFactory.getLogger(CircuitBreaker.class);
    private static final long TICK_MILLIS = 1_000;
    private static final long FIRST_PROBE_MILLIS = 500;
    private static final long LAST_PROBE_MILLIS = 10_000;

    private final IdempotencyStore store;
    private final ScheduledExecutorService timer;
    private final Ticker ticker;
    private final Listener listener;
    private final LongUnaryOperator jitter;
    private volatile State state = State.CLOSED;
    private volatile boolean closed;
    private volatile long openedAt;
    private volatile StoreException.@Nullable Kind lastFailure;
    private long probeCeiling = FIRST_PROBE_MILLIS;

    public CircuitBreaker(IdempotencyStore store, ScheduledExecutorService timer, Ticker ticker, Listener listener) {
        this(store, timer, ticker, listener, FULL_JITTER);
    }

    CircuitBreaker(
            IdempotencyStore store,
            ScheduledExecutorService timer,
            Ticker ticker,
            Listener listener,
            LongUnaryOperator jitter) {
        this.store = store;
        this.timer = timer;
        this.ticker = ticker;
        this.listener = listener;
        this.jitter = jitter;
    }

    /** Starts the tick. Call once. */
    public void start() {
        later(TICK_MILLIS, this::tick);
    }

    /** The state now. */
    public State state() {
        return state;
    }

    /** Whether a claim may be sent. */
    public boolean allowsClaims() {
        return state != State.OPEN;
    }

    /** What is told of a call that was not made because the store is given up. */
    StoreException refusal() {
        return new StoreException(
                StoreException.Kind.CONNECT, StoreException.Effect.NONE, "the circuit breaker is open", null);
    }

    /** How long the store has been given up; zero while it is not. */
    public Duration openFor() {
        return state == State.OPEN ? Duration.ofNanos(ticker.nanos() - openedAt) : Duration.ZERO;
    }

    /** What the last failure was, as one word for people; empty before the first. */
    public String lastFailure() {
        StoreException.Kind kind = lastFailure;
        return kind == null ? "" : "store_unavailable:" + kind.name().toLowerCase(Locale.ROOT);
    }

    /** Reports a failed call. The first one opens the breaker. */
    public void failed(StoreException cause) {
        lastFailure = cause.kind();
        if (state != State.OPEN && !closed) {
            timer.execute(() -> open(cause));
        }
    }

    /** Reports an answered claim. */
    public void answered() {
        if (state == State.HALF_OPEN) {
            timer.execute(() -> {
                if (state == State.HALF_OPEN) {
                    state = State.CLOSED;
                }
            });
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    private void open(StoreException cause) {
        if (state == State.OPEN || closed) {
            return;
        }
        openedAt = ticker.nanos();
        state = State.OPEN;
        LOG.warn("store unavailable ({}: {}): consumers pause, nothing runs", cause.kind(), cause.getMessage());
        listener.opened(cause);
        probeCeiling = FIRST_PROBE_MILLIS;
        probeLater();
    }

    private void probeLater() {
        long delay = jitter.applyAsLong(probeCeiling);
        probeCeiling = Math.min(LAST_PROBE_MILLIS, probeCeiling * 2);
        later(delay, this::probe);
    }

    private void probe() {
        Attempt.of(store::hello)
                .whenComplete((status, failure) -> execute(() -> {
                    if (failure != null) {
                        LOG.debug("probe failed: {}", failure.getMessage());
                        probeLater();
                    } else {
                        takeBack(status);
                    }
                }));
    }

    /** A defect of whoever listens must not end the only chain of probes: nothing would ever run again. */
    private void takeBack(StoreStatus status) {
        try {
            listener.greeted(status);
            resume();
        } catch (RuntimeException e) {
            LOG.error("the store answers, but taking up work failed; trying again", e);
            state = State.OPEN;
            probeLater();
        }
    }

    private void resume() {
        Duration outage = openFor();
        listener.recovering();
        state = State.HALF_OPEN;
        LOG.warn("store is back after {} ms: work resumes", outage.toMillis());
        listener.halfOpened(outage);
    }

    private void tick() {
        if (state == State.OPEN) {
            later(TICK_MILLIS, this::tick);
            return;
        }
        Attempt.of(store::hello)
                .whenComplete((status, failure) -> execute(() -> {
                    try {
                        greet(status, failure);
                    } finally {
                        later(TICK_MILLIS, this::tick);
                    }
                }));
    }

    private void greet(@Nullable StoreStatus status, @Nullable Throwable failure) {
        if (status != null) {
            listener.greeted(status);
            state = state == State.HALF_OPEN ? State.CLOSED : state;
        } else if (failure instanceof StoreException cause) {
            open(cause);
        } else {
            open(new StoreException(
                    StoreException.Kind.SCRIPT, StoreException.Effect.NONE, "the store's own code failed", failure));
        }
    }

    private void execute(Runnable step) {
        if (!closed) {
            timer.execute(step);
        }
    }

    private void later(long millis, Runnable step) {
        if (!closed) {
            timer.schedule(
                    () -> {
                        if (!closed) {
                            step.run();
                        }
                    },
                    millis,
                    TimeUnit.MILLISECONDS);
        }
    }
}
