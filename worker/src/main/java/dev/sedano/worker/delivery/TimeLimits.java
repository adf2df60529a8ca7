package dev.sedano.worker.delivery;

import dev.sedano.worker.protocol.TaskMessage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long handlers may run: what remote control orders, else the lower of what the message says (Celery's
 * {@code soft_time_limit} and {@code time_limit}). Whoever runs for longer is interrupted. Thread-safe.
 */
final class TimeLimits {
    private final ScheduledExecutorService timer;
    private final Oversight oversight;

    TimeLimits(ScheduledExecutorService timer, Oversight oversight) {
        this.timer = timer;
        this.oversight = oversight;
    }

    /** @return to be cancelled when the handler has ended; null = it may run for ever */
    @Nullable
    Future<?> watch(Work work, Run run) {
        Double limit = of(work);
        return limit == null
                ? null
                : timer.schedule(
                        () -> run.timeOut(limit),
                        (long) Math.min(limit * 1e9, Long.MAX_VALUE / 4.0),
                        TimeUnit.NANOSECONDS);
    }

    private @Nullable Double of(Work work) {
        Double ordered = oversight.timeLimit(work);
        if (ordered != null) {
            return ordered;
        }
        TaskMessage.Envelope envelope = work.message.envelope();
        Double soft = positive(envelope.softTimeLimit());
        Double hard = positive(envelope.hardTimeLimit());
        return soft == null || hard == null ? (soft == null ? hard : soft) : (Double) Math.min(soft, hard);
    }

    /** As in Celery, zero is no limit. */
    private static @Nullable Double positive(@Nullable Number seconds) {
        return seconds != null && seconds.doubleValue() > 0 ? (Double) seconds.doubleValue() : null;
    }
}
