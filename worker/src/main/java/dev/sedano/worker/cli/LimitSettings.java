package dev.sedano.worker.cli;

import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.control.Rates;
import dev.sedano.worker.runtime.DurationText;
import dev.sedano.worker.runtime.TaskLimit;
import dev.sedano.worker.runtime.TaskPattern;
import dev.sedano.worker.settings.ConfigValue;
import dev.sedano.worker.settings.FieldReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code --queue-concurrency}, {@code --rate-limit} and {@code task_annotations} (celery/app/annotations.py), as far as they limit. */
final class LimitSettings {
    private static final String ANNOTATIONS = "task_annotations";
    private static final int MOST = 10_000;

    private LimitSettings() {}

    /** {@code queue=2,other=1}; null = none. */
    static Map<String, Integer> queues(String option, @Nullable String text) {
        Map<String, Integer> caps = new LinkedHashMap<>();
        if (text == null) {
            return caps;
        }
        for (String each : text.split(",", -1)) {
            int equals = each.lastIndexOf('=');
            String number = each.substring(equals + 1).strip();
            if (equals < 1 || !number.matches("[0-9]{1,5}")) {
                throw new ConfigurationException(option, each, "says no number: write QUEUE=N, as mails=2");
            }
            int cap = Integer.parseInt(number);
            if (cap < 1 || cap > MOST) {
                throw new ConfigurationException(option, each, "must be from 1 to " + MOST + "; -X leaves a queue out");
            }
            if (caps.put(each.substring(0, equals).strip(), cap) != null) {
                throw new ConfigurationException(option, text, "names a queue twice: name each queue once");
            }
        }
        return caps;
    }

    /** A map from names of tasks to limits, or a list of such maps; plain names come before patterns; null = none. */
    static List<TaskLimit> tasks(@Nullable ConfigValue value) {
        List<TaskLimit> limits = new ArrayList<>();
        if (value instanceof ConfigValue.Fields map) {
            addMap(limits, map);
        } else if (value instanceof ConfigValue.Items list) {
            for (ConfigValue each : list.values()) {
                if (!(each instanceof ConfigValue.Fields map)) {
                    throw FieldReader.wrong(ANNOTATIONS, "", each, "write {task: {rate_limit: 10/s}}");
                }
                addMap(limits, map);
            }
        } else if (value != null) {
            throw FieldReader.wrong(ANNOTATIONS, "", value, "write a map, as {billing.*: {rate_limit: 10/s}}");
        }
        return limits;
    }

    /** A rate limit of every task by itself. */
    static TaskLimit ofAll(String option, String rate) {
        return new TaskLimit(TaskPattern.parse(option, "*"), perSecond(option, rate), rate, null, null, null, null);
    }

    private static void addMap(List<TaskLimit> limits, ConfigValue.Fields map) {
        List<TaskLimit> all = new ArrayList<>();
        map.values().forEach((pattern, each) -> all.add(limit(pattern, each)));
        all.stream().filter(limit -> limit.task().isExact()).forEach(limits::add);
        all.stream().filter(limit -> !limit.task().isExact()).forEach(limits::add);
    }

    private static TaskLimit limit(String pattern, ConfigValue value) {
        if (!(value instanceof ConfigValue.Fields map)) {
            throw FieldReader.wrong(ANNOTATIONS, pattern, value, "write {rate_limit: 10/s}");
        }
        String where = ANNOTATIONS + " (" + value.at() + ") " + pattern;
        FieldReader fields = new FieldReader(ANNOTATIONS, map);
        String rate = fields.text("rate_limit");
        TaskLimit limit = new TaskLimit(
                TaskPattern.parse(where, pattern),
                rate == null ? null : perSecond(where + " rate_limit", rate),
                rate,
                ofFleet(where + " rate_limit_scope", fields.text("rate_limit_scope")),
                fields.number(1, MOST, "concurrency"),
                time(where + " time_limit", fields.text("time_limit")),
                time(where + " soft_time_limit", fields.text("soft_time_limit")));
        fields.refuseOthers();
        return limit;
    }

    private static Double perSecond(String where, String rate) {
        try {
            return Rates.perSecond(rate);
        } catch (NumberFormatException e) {
            throw new ConfigurationException(where, rate, "is no rate: write 10/s, 10/m, 10/h, or 0 for none", e);
        }
    }

    private static @Nullable Boolean ofFleet(String where, @Nullable String scope) {
        if (scope == null || scope.equals("fleet") || scope.equals("worker")) {
            return scope == null ? null : (Boolean) scope.equals("fleet");
        }
        throw new ConfigurationException(
                where, scope, "is no scope: write worker (each limits for itself) or fleet (all together)");
    }

    private static @Nullable Duration time(String where, @Nullable String text) {
        return text == null ? null : DurationText.parse(where, text);
    }
}
