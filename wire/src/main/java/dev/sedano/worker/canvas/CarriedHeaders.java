package dev.sedano.worker.canvas;

import dev.sedano.worker.protocol.IsoTimes;
import dev.sedano.worker.protocol.TaskMessage;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The headers that a retry keeps: all but those of the broker and of our own moves. */
final class CarriedHeaders {
    private static final Set<String> OF_MOVES = Set.of(
            "x-sedano-attempt",
            "x-sedano-returned",
            "x-sedano-delayed",
            "x-sedano-hops",
            "x-sedano-exchange",
            "x-sedano-routing-key");

    private CarriedHeaders() {}

    /** A fresh map of what the message of protocol 2 had, or of what says the same if it was of protocol 1. */
    static Map<String, @Nullable Object> of(TaskMessage message, Map<String, @Nullable Object> had) {
        Map<String, @Nullable Object> headers = new LinkedHashMap<>();
        headers.put("lang", "py");
        headers.put("task", message.task());
        headers.put("id", message.id());
        headers.put("root_id", message.rootId());
        headers.put("replaced_task_nesting", message.nesting());
        headers.put(
                "expires",
                message.expires() == null
                        ? null
                        : IsoTimes.format(message.expires().atOffset(ZoneOffset.UTC)));
        headers.put("group", message.group());
        headers.put("group_index", message.groupIndex());
        headers.put("shadow", message.shadow());
        headers.put(
                "timelimit",
                Arrays.asList(
                        message.envelope().hardTimeLimit(), message.envelope().softTimeLimit()));
        headers.put("stamped_headers", null);
        headers.put("stamps", Map.of());
        headers.putAll(had);
        headers.put("ignore_result", Boolean.TRUE.equals(message.ignoreResult())); // the task's, if it did not say
        headers.keySet()
                .removeIf(name -> name.equals("x-death")
                        || name.startsWith("x-first-death-")
                        || name.startsWith("x-last-death-")
                        || name.equals("x-delivery-count")
                        || name.equals("x-acquired-count")
                        || OF_MOVES.contains(name));
        return headers;
    }
}
