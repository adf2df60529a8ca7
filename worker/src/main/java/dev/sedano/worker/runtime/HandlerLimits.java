package dev.sedano.worker.runtime;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.delivery.Caps;
import dev.sedano.worker.delivery.Oversight;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What bounds the handlers. Immutable.
 *
 * @param hard Celery's {@code task_time_limit}, for messages that say no limit; null = none
 * @param soft Celery's {@code task_soft_time_limit}; null = none
 * @param autoscale between how many handlers the pool grows and shrinks; null = its size is fixed
 * @param queues how many run at once of what came from a queue, by queue
 * @param tasks what bounds single tasks; the first that fits a task and says something counts
 * @param others what bounds tasks of which those say nothing; null = nothing
 */
public record HandlerLimits(
        @Nullable Duration hard,
        @Nullable Duration soft,
        @Nullable Autoscale autoscale,
        Map<String, Integer> queues,
        List<TaskLimit> tasks,
        @Nullable TaskLimit others) {
    /** No limits. */
    public static final HandlerLimits NONE = new HandlerLimits(null, null, null, Map.of(), List.of(), null);

    /** @throws ConfigurationException if a limit is below a millisecond or beyond ten years */
    public HandlerLimits {
        queues = Map.copyOf(queues);
        tasks = List.copyOf(tasks);
        check("--time-limit", hard);
        check("--soft-time-limit", soft);
    }

    private static void check(String option, @Nullable Duration limit) {
        if (limit != null && (limit.toMillis() < 1 || limit.compareTo(Duration.ofDays(3650)) > 0)) {
            throw new ConfigurationException(
                    option, DurationText.format(limit), "must be from 1ms to 3650d; leave it out for none");
        }
    }

    /** How long handlers of {@code task} may run where neither their message nor remote control says. */
    Oversight.Limits standing(String task) {
        Oversight.Limits own =
                new Oversight.Limits(seconds(said(task, TaskLimit::soft)), seconds(said(task, TaskLimit::hard)));
        return own.or(general());
    }

    private static @Nullable Double seconds(@Nullable Duration limit) {
        return limit == null ? null : (Double) (limit.toMillis() / 1e3);
    }

    /** Calls per second, by name, of the tasks that are limited. */
    Map<String, Double> rates(Set<String> names) {
        Map<String, Double> rates = new LinkedHashMap<>();
        for (String name : names) {
            Double rate = said(name, TaskLimit::ratePerSecond);
            if (rate != null && rate > 0) {
                rates.put(name, rate);
            }
        }
        return rates;
    }

    /** The same, as they were written. */
    Map<String, String> writtenRates(Set<String> names) {
        Map<String, String> written = new LinkedHashMap<>();
        rates(names).forEach((name, perSecond) -> {
            String rate = said(name, TaskLimit::rate);
            written.put(name, rate == null ? perSecond + "/s" : rate);
        });
        return written;
    }

    /** What counts for a task of which nothing else is said. */
    Oversight.Limits general() {
        return new Oversight.Limits(seconds(soft), seconds(hard));
    }

    /** The tasks whose rate, if one is set, counts over all workers of the namespace. */
    Set<String> ratesOfFleet(Set<String> names) {
        return names.stream()
                .filter(name -> Boolean.TRUE.equals(said(name, TaskLimit::rateOfFleet)))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** How many run at once, of queues and of these tasks. */
    Caps caps(Set<String> names) {
        Map<String, Integer> capped = new LinkedHashMap<>();
        for (String name : names) {
            Integer cap = said(name, TaskLimit::concurrency);
            if (cap != null) {
                capped.put(name, cap);
            }
        }
        return new Caps(queues, capped);
    }

    private <T> @Nullable T said(String task, Function<TaskLimit, @Nullable T> what) {
        for (TaskLimit limit : tasks) {
            T value = limit.task().matches(task) ? what.apply(limit) : null;
            if (value != null) {
                return value;
            }
        }
        return others == null ? null : what.apply(others);
    }
}
