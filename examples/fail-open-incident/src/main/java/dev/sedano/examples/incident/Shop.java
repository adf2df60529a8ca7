package dev.sedano.examples.incident;

import dev.sedano.examples.stage.OutsideWorld.Reply;
import dev.sedano.examples.stage.OutsideWorld.Request;
import dev.sedano.examples.stage.OutsideWorld.Service;
import java.util.HashMap;
import java.util.Map;

/** Counts parcels by lane and order; {@code POST /lane/order} ships one. Thread-safe. */
final class Shop implements Service {
    private final Map<String, Map<String, Integer>> lanes = new HashMap<>();

    @Override
    public synchronized Reply answer(Request request) {
        String[] path = request.path().split("/", -1);
        lanes.computeIfAbsent(path[1], lane -> new HashMap<>()).merge(path[2], 1, Integer::sum);
        return new Reply(200, Map.of());
    }

    /** How many different orders the lane has shipped. */
    synchronized int shipped(String lane) {
        return lanes.getOrDefault(lane, Map.of()).size();
    }

    /** How many parcels were one too many. */
    synchronized int twice(String lane) {
        Map<String, Integer> orders = lanes.getOrDefault(lane, Map.of());
        return orders.values().stream().mapToInt(Integer::intValue).sum() - orders.size();
    }
}
