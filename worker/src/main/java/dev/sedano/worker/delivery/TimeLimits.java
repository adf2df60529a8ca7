package dev.sedano.worker.delivery;

import dev.sedano.worker.protocol.TaskMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How long handlers may run: what the message says, else what remote control ordered for the task, each limit by itself as
 * in Celery. At the soft limit a handler is interrupted; at the hard one it is left behind. Thread-safe.
 */
final class TimeLimits {
    private static final double LONGEST_SECONDS = 1e9;

    private final ScheduledExecutorService timer;
    private final Oversight oversight;

    TimeLimits(ScheduledExecutorService timer, Oversight oversight) {
        this.timer = timer;
        this.oversight = oversight;
    }

    /** The alarms of one run. */
    static final class Alarms implements AutoCloseable {
        private final List<Future<?>> set = new ArrayList<>(2);

        @Override
        public void close() {
            set.forEach(each -> each.cancel(false));
        }
    }

    /**
     * Sets the alarms of a run.
     *
     * @param left called with the hard limit in seconds, on the timer's thread, if the handler still runs then
     */
    Alarms watch(Work work, Run run, DoubleConsumer left) {
        Alarms alarms = new Alarms();
        TaskMessage.Envelope envelope = work.message.envelope();
        Oversight.Limits ordered = oversight.timeLimits(work);
        Double soft = first(envelope.softTimeLimit(), ordered.soft());
        Double hard = first(envelope.hardTimeLimit(), ordered.hard());
        if (soft != null && (hard == null || soft < hard)) {
            alarms.set.add(after(soft, () -> run.timeOut(soft)));
        }
        if (hard != null) {
            alarms.set.add(after(hard, () -> {
                if (run.leaveBehind(hard)) {
                    left.accept(hard);
                }
            }));
        }
        return alarms;
    }

    private Future<?> after(double seconds, Runnable strike) {
        return timer.schedule(strike, (long) (Math.min(seconds, LONGEST_SECONDS) * 1e9), TimeUnit.NANOSECONDS);
    }

    /** As in Celery, zero is no limit. */
    private static @Nullable Double first(@Nullable Number ofMessage, @Nullable Double ordered) {
        Number limit = ofMessage == null || ofMessage.doubleValue() == 0 ? ordered : ofMessage;
        return limit != null && limit.doubleValue() > 0 ? (Double) limit.doubleValue() : null;
    }
}
