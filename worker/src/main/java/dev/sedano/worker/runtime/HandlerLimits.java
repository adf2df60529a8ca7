package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.delivery.Oversight;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What bounds the handlers. Immutable.
 *
 * @param hard Celery's {@code task_time_limit}, for messages that say no limit; null = none
 * @param soft Celery's {@code task_soft_time_limit}; null = none
 */
public record HandlerLimits(
        @Nullable Duration hard, @Nullable Duration soft) {
    /** No limits. */
    public static final HandlerLimits NONE = new HandlerLimits(null, null);

    /** @throws ConfigurationException if a limit is below a millisecond or beyond ten years */
    public HandlerLimits {
        check("--time-limit", hard);
        check("--soft-time-limit", soft);
    }

    private static void check(String option, @Nullable Duration limit) {
        if (limit != null && (limit.toMillis() < 1 || limit.compareTo(Duration.ofDays(3650)) > 0)) {
            throw new ConfigurationException(
                    option, DurationText.format(limit), "must be from 1ms to 3650d; leave it out for none");
        }
    }

    /** The same in seconds. */
    Oversight.Limits standing() {
        return new Oversight.Limits(seconds(soft), seconds(hard));
    }

    private static @Nullable Double seconds(@Nullable Duration limit) {
        return limit == null ? null : (Double) (limit.toMillis() / 1e3);
    }
}
