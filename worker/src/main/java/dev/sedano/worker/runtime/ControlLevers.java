package dev.sedano.worker.runtime;

import dev.sedano.worker.control.RevokedTasks;
import dev.sedano.worker.control.WorkerControls;
import dev.sedano.worker.control.WorkerView.Bounds;
import dev.sedano.worker.control.WorkerView.ConsumedQueue;
import dev.sedano.worker.delivery.InFlight;
import dev.sedano.worker.delivery.Oversight;
import dev.sedano.worker.event.Heartbeat;
import dev.sedano.worker.rabbitmq.Broker;
import dev.sedano.worker.rabbitmq.QueueBinding;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What remote control does to this worker. Thread-safe. */
final class ControlLevers implements WorkerControls {
    private final Runnable stop;
    private final Heartbeat heartbeat;
    private final InFlight inFlight;
    private final RevokedTasks revoked;
    private final PoolSize pool;
    private final @Nullable Autoscaler autoscaler;
    private final Broker broker;
    private final Map<String, Oversight.Limits> timeLimits;

    /** @param timeLimits by task, a bounded set of names; changed here, kept by the caller */
    ControlLevers(
            Runnable stop,
            Heartbeat heartbeat,
            InFlight inFlight,
            RevokedTasks revoked,
            PoolSize pool,
            @Nullable Autoscaler autoscaler,
            Broker broker,
            Map<String, Oversight.Limits> timeLimits) {
        this.stop = stop;
        this.heartbeat = heartbeat;
        this.inFlight = inFlight;
        this.revoked = revoked;
        this.pool = pool;
        this.autoscaler = autoscaler;
        this.broker = broker;
        this.timeLimits = timeLimits;
    }

    @Override
    public void stop() {
        stop.run();
    }

    @Override
    public void beat() {
        heartbeat.beatNow();
    }

    @Override
    public void releaseRevoked() {
        inFlight.release(revoked::contains);
    }

    @Override
    public int resize(int by) {
        return pool.change(by);
    }

    @Override
    public @Nullable Bounds autoscale(@Nullable Integer most, @Nullable Integer least) {
        return autoscaler == null ? null : autoscaler.bounds(most, least);
    }

    @Override
    public void addQueue(ConsumedQueue queue) {
        broker.add(new QueueBinding(
                queue.name(), queue.exchange(), queue.type(), queue.routingKey(), queue.durable(), queue.arguments()));
    }

    @Override
    public void cancelQueue(String queue) {
        broker.cancel(queue);
    }

    @Override
    public void rateLimit(String task, double perSecond) {
        inFlight.limitRate(task, perSecond);
    }

    @Override
    public void timeLimit(String task, @Nullable Double soft, @Nullable Double hard) {
        timeLimits.put(task, new Oversight.Limits(soft, hard));
    }
}
