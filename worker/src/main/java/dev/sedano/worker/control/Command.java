package dev.sedano.worker.control;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One thing that can be asked of a worker. Called by one thread at a time. */
@FunctionalInterface
interface Command {
    /**
     * Does it.
     *
     * @return plain values for the reply
     * @throws CommandException if the arguments do not fit
     */
    @Nullable
    Object answer(Arguments arguments);

    static Map<String, Object> ok(String text) {
        return Map.of("ok", text);
    }

    static Map<String, Object> error(String text) {
        return Map.of("error", text);
    }
}
