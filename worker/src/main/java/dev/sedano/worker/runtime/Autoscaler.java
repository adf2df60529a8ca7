package dev.sedano.worker.runtime;

import dev.sedano.worker.control.WorkerView.Bounds;
import dev.sedano.worker.time.Ticker;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the pool follow the work at hand (celery/worker/autoscale.py): it grows at once to as many handlers as there are
 * deliveries that could run, and shrinks when fewer were enough for a while. Deliveries are taken ahead for the largest
 * size all the time, or none would wait that the pool could grow for. Thread-safe.
 */
final class Autoscaler {
    private static final Logger LOG = LoggerFactory.getLogger(Autoscaler.class);
    static final Duration EVERY = Duration.ofSeconds(1);
    /** Celery's AUTOSCALE_KEEPALIVE. */
    static final Duration KEEP = Duration.ofSeconds(30);

    /** What it scales. */
    interface Pool {
        int now();

        void resize(int handlers);

        /** For how many handlers deliveries are taken ahead. */
        void aheadFor(int handlers);
    }

    private final Pool pool;
    private final IntSupplier wanted;
    private final Ticker ticker;
    private int least;
    private int most;
    private long lastNeeded;

    /** @param wanted deliveries at hand that run or could */
    Autoscaler(Autoscale bounds, Pool pool, IntSupplier wanted, Ticker ticker) {
        this.least = bounds.least();
        this.most = bounds.most();
        this.pool = pool;
        this.wanted = wanted;
        this.ticker = ticker;
        this.lastNeeded = ticker.nanos();
        pool.aheadFor(most);
        pool.resize(least);
    }

    void start(ScheduledExecutorService timer) {
        var unused =
                timer.scheduleWithFixedDelay(this::look, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Grows or shrinks, if there is reason. */
    synchronized void look() {
        try {
            int needed = Math.max(least, Math.min(most, wanted.getAsInt()));
            int now = pool.now();
            if (needed >= now) {
                lastNeeded = ticker.nanos();
                if (needed > now) {
                    resize(needed);
                }
            } else if (ticker.nanos() - lastNeeded >= KEEP.toNanos()) {
                resize(needed);
            }
        } catch (RuntimeException defect) {
            LOG.error("the pool could not be scaled: a defect", defect);
        }
    }

    private void resize(int handlers) {
        LOG.info("autoscale: from {} to {} handlers", pool.now(), handlers);
        pool.resize(handlers);
    }

    synchronized Bounds bounds() {
        return new Bounds(least, most);
    }

    /**
     * Other bounds from now on; null = as it is.
     *
     * @throws IllegalArgumentException if they do not fit together
     */
    synchronized Bounds bounds(@Nullable Integer newMost, @Nullable Integer newLeast) {
        int upper = newMost == null ? most : newMost;
        int lower = newLeast == null ? least : newLeast;
        if (lower < 1 || upper < lower || upper > PoolSize.MOST) {
            throw new IllegalArgumentException("autoscale needs 1 <= min <= max <= " + PoolSize.MOST);
        }
        most = upper;
        least = lower;
        pool.aheadFor(most);
        int within = Math.max(least, Math.min(most, pool.now()));
        if (within != pool.now()) {
            resize(within);
        }
        return bounds();
    }
}
