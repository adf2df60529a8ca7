package dev.sedano.worker.protocol;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what is to follow a task from the two forms of a body. */
final class Embeds {
    private Embeds() {}

    /** The third part of a protocol 2 body; null, missing and unknown keys are fine. */
    static TaskMessage.Embed of(@Nullable Object embed) {
        if (embed == null) {
            return TaskMessage.Embed.NONE;
        }
        if (!(embed instanceof Map<?, ?> map)) {
            throw new ProtocolException("embed is " + PythonTypes.name(embed) + "; send a map or null");
        }
        return embed(map, map.get("chain"));
    }

    /** Protocol 1 has no chain. */
    static TaskMessage.Embed ofProtocol1(Map<String, @Nullable Object> body) {
        return embed(body, null);
    }

    private static TaskMessage.Embed embed(Map<?, ?> map, @Nullable Object chain) {
        List<@Nullable Object> callbacks = list("callbacks", map.get("callbacks"));
        List<@Nullable Object> errbacks = list("errbacks", map.get("errbacks"));
        List<@Nullable Object> steps = list("chain", chain);
        Object chord = map.get("chord");
        return callbacks.isEmpty() && errbacks.isEmpty() && steps.isEmpty() && chord == null
                ? TaskMessage.Embed.NONE
                : new TaskMessage.Embed(callbacks, errbacks, steps, chord);
    }

    @SuppressWarnings("unchecked") // every list in a payload was built by our readers
    private static List<@Nullable Object> list(String name, @Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?>)) {
            throw new ProtocolException("embed." + name + " is " + PythonTypes.name(value) + "; send a list or null");
        }
        return (List<@Nullable Object>) value;
    }

    /** @throws ProtocolException if a key is no text, which JSON and msgpack cannot have but YAML can */
    @SuppressWarnings("unchecked") // checked just before
    static Map<String, @Nullable Object> stringKeyed(Map<?, ?> map) {
        for (Object key : map.keySet()) {
            if (!(key instanceof String)) {
                throw new ProtocolException(
                        "body: a name of an argument or field is " + PythonTypes.name(key) + "; use text keys");
            }
        }
        return (Map<String, @Nullable Object>) map;
    }
}
