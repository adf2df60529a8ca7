package dev.sedano.worker.protocol;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells the caller's own headers from those of Celery (app/amqp.py, app/task.py) and of the broker. */
final class CustomHeaders {
    private static final Set<String> OF_CELERY = Set.of(
            "lang",
            "task",
            "id",
            "meth",
            "shadow",
            "eta",
            "expires",
            "group",
            "group_index",
            "retries",
            "timelimit",
            "root_id",
            "parent_id",
            "argsrepr",
            "kwargsrepr",
            "origin",
            "ignore_result",
            "replaced_task_nesting",
            "stamped_headers",
            "stamps",
            "compression");
    private static final Set<String> OF_BROKER = Set.of("x-death", "x-delivery-count", "x-acquired-count");

    private CustomHeaders() {}

    /** The caller's headers; unmodifiable. */
    static Map<String, @Nullable Object> of(Map<String, @Nullable Object> headers) {
        Map<String, @Nullable Object> custom = Map.of();
        for (Map.Entry<String, @Nullable Object> header : headers.entrySet()) {
            if (!isStandard(header.getKey())) {
                if (custom.isEmpty()) {
                    custom = new LinkedHashMap<>();
                }
                custom.put(header.getKey(), header.getValue());
            }
        }
        return custom.isEmpty() ? custom : Collections.unmodifiableMap(custom);
    }

    private static boolean isStandard(String name) {
        return OF_CELERY.contains(name)
                || OF_BROKER.contains(name)
                || name.startsWith("x-first-death-")
                || name.startsWith("x-last-death-");
    }
}
