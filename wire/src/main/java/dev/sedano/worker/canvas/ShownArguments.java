package dev.sedano.worker.canvas;

import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.EncodingException;
import dev.sedano.worker.protocol.ProtocolException;
import dev.sedano.worker.protocol.SafeRepr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Arguments as messages show them to people, as whoever receives them will see them: a bean is a map. Thread-safe. */
final class ShownArguments {
    private static final String UNKNOWN = "...";

    private final CeleryJson json;

    ShownArguments(CeleryJson json) {
        this.json = json;
    }

    /** @param tuple whether Celery would hold them in one: in a signature from a message they are a list */
    String positional(List<@Nullable Object> args, boolean tuple) {
        try {
            List<@Nullable Object> all = new ArrayList<>();
            args.forEach(each -> all.add(plain(each)));
            return tuple ? SafeRepr.ofArgs(all) : SafeRepr.of(all);
        } catch (EncodingException | ProtocolException e) {
            return UNKNOWN; // what nobody parses keeps no message back
        }
    }

    String named(Map<String, @Nullable Object> kwargs) {
        try {
            Map<String, @Nullable Object> all = new LinkedHashMap<>();
            kwargs.forEach((name, value) -> all.put(name, plain(value)));
            return SafeRepr.of(all);
        } catch (EncodingException | ProtocolException e) {
            return UNKNOWN;
        }
    }

    private @Nullable Object plain(@Nullable Object value) {
        return value == null || value instanceof String || value instanceof Boolean || value instanceof Long
                ? value
                : json.decode(json.encode(value));
    }
}
