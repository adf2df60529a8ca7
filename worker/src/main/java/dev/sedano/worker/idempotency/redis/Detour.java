package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.StoreException;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A call that has to wait until it is known which node serves its slot.
 *
 * @param refusal what a node said to it, or null if none was asked
 * @param notBefore on the monotonic clock, in nanoseconds
 */
record Detour(Operation<?> operation, @Nullable StoreException refusal, long notBefore) implements Delayed {
    @Override
    public long getDelay(TimeUnit unit) {
        return unit.convert(notBefore - StoreClock.nanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
        return other instanceof Detour detour
                ? Long.signum(notBefore - detour.notBefore)
                : Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
}
