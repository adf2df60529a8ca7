package dev.sedano.conformance;

import dev.sedano.conformance.harness.PythonCelery;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Celery's side of a conversation: the scripts, with broker, backend and queue filled in. Immutable. */
record CelerySession(String broker, String backend, String queue) {
    /** Runs a script with {@code more} input. */
    JsonNode run(String script, Map<String, ? extends @Nullable Object> more) {
        Map<String, @Nullable Object> given = new HashMap<>(more);
        given.put("broker", broker);
        given.put("backend", backend);
        given.put("queue", queue);
        return PythonCelery.get().run(script, given);
    }

    /** Calls a task and waits for its outcome. */
    JsonNode call(String task, Object... args) {
        return run("call", Map.of("task", task, "args", args));
    }

    /** Sends a task with the options of {@code apply_async}, and waits for its outcome. */
    JsonNode call(String task, Object[] args, Map<String, ?> options) {
        return run("call", Map.of("task", task, "args", args, "options", options));
    }

    /** The outcome of a task that was sent elsewhere. */
    JsonNode result(String id) {
        return run("result", Map.of("id", id));
    }
}
