package dev.sedano.examples.webhook;

import dev.sedano.examples.stage.OutsideWorld.Reply;
import dev.sedano.examples.stage.OutsideWorld.Request;
import dev.sedano.examples.stage.OutsideWorld.Service;
import java.util.HashMap;
import java.util.Map;

/** Counts how often each event had its effect. Thread-safe. */
final class Shop implements Service {
    private final Map<String, Integer> effects = new HashMap<>();

    @Override
    public synchronized Reply answer(Request request) {
        effects.merge(request.body().get("event").asString(), 1, Integer::sum);
        return new Reply(200, Map.of());
    }

    synchronized void forget() {
        effects.clear();
    }

    synchronized int effects() {
        return effects.values().stream().mapToInt(Integer::intValue).sum();
    }

    synchronized int effects(String event) {
        return effects.getOrDefault(event, 0);
    }
}
