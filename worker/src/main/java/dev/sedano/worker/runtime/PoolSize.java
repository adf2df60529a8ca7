package dev.sedano.worker.runtime;

import dev.sedano.worker.delivery.InFlight;
import dev.sedano.worker.rabbitmq.Broker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many handlers may run at once, wherever that is held: threads, claims ahead, prefetch. Thread-safe. */
final class PoolSize implements Autoscaler.Pool {
    private static final Logger LOG = LoggerFactory.getLogger(PoolSize.class);
    static final int MOST = 10_000;

    private final HandlerThreads threads;
    private final InFlight inFlight;
    private final Broker broker;
    private final PoolKind kind;

    PoolSize(PoolKind kind, HandlerThreads threads, InFlight inFlight, Broker broker) {
        this.kind = kind;
        this.threads = threads;
        this.inFlight = inFlight;
        this.broker = broker;
    }

    @Override
    public int now() {
        return threads.size();
    }

    @Override
    public synchronized void resize(int handlers) {
        threads.resize(handlers);
        inFlight.resize(handlers);
    }

    @Override
    public void aheadFor(int handlers) {
        broker.resize(handlers);
    }

    /**
     * @param by more, or fewer if negative
     * @throws IllegalStateException if the pool cannot change its size
     */
    synchronized int change(int by) {
        if (kind == PoolKind.SOLO) {
            throw new IllegalStateException("the pool solo runs one handler at a time");
        }
        int before = threads.size();
        int after = (int) Math.max(1, Math.min(MOST, (long) before + by));
        if (after != before) {
            resize(after);
            aheadFor(after);
            LOG.info("from now on {} handlers at once, before {}", after, before);
        }
        return after;
    }
}
