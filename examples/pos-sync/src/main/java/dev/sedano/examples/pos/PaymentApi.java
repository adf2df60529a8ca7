package dev.sedano.examples.pos;

import dev.sedano.examples.stage.OutsideWorld.Reply;
import dev.sedano.examples.stage.OutsideWorld.Request;
import dev.sedano.examples.stage.OutsideWorld.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A payment API as there are many: it remembers an Idempotency-Key for 24 h and charges again after that; it cannot be
 * asked about the past; and sometimes it charges but does not answer in time, or refuses. Its clock can be set forward,
 * so that a day passes in a moment; {@code GET /now} tells it. Thread-safe.
 */
final class PaymentApi implements Service {
    private static final long MEMORY_SECONDS = Duration.ofHours(24).toSeconds();

    private final List<Charge> charges = new ArrayList<>();
    private final Map<String, Known> keys = new HashMap<>();
    private final Map<String, Mishap> mishaps = new ConcurrentHashMap<>();
    private final Map<String, Integer> pushes = new ConcurrentHashMap<>();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private long aheadSeconds;

    /** One charge. */
    record Charge(String id, String order, long cents, long time) {}

    private record Known(Charge charge, long since) {}

    /** What goes wrong after a charge, once per order. */
    @FunctionalInterface
    interface Mishap {
        /** Keeps the answer back, or makes sure that nobody is left to read it. */
        void happen() throws InterruptedException;
    }

    /** Lets the next push of an order be charged and then go wrong. */
    void afterCharge(String order, Mishap mishap) {
        mishaps.put(order, mishap);
    }

    /** Lets the next push of an order be refused without a charge. */
    void refuse(String order) {
        refused.add(order);
    }

    /** How often the order was pushed, charged or not. */
    int pushes(String order) {
        return pushes.getOrDefault(order, 0);
    }

    synchronized void advance(Duration time) {
        aheadSeconds += time.toSeconds();
    }

    private synchronized long now() {
        return System.currentTimeMillis() / 1_000 + aheadSeconds;
    }

    @Override
    public Reply answer(Request request) throws InterruptedException {
        if (request.path().equals("/now")) {
            return new Reply(200, Map.of("now", now()));
        }
        String order = request.body().get("order").asString();
        pushes.merge(order, 1, Integer::sum);
        if (refused.remove(order)) {
            return new Reply(503, Map.of("error", "try again later"));
        }
        Charge charge = charge(
                request.header("Idempotency-Key"),
                order,
                request.body().get("cents").asLong());
        Mishap after = mishaps.remove(order);
        if (after != null) {
            after.happen();
        }
        return new Reply(201, Map.of("charge", charge.id()));
    }

    private synchronized Charge charge(String key, String order, long cents) {
        Known known = keys.get(key);
        if (known != null && now() - known.since() < MEMORY_SECONDS) {
            return known.charge();
        }
        Charge charge = new Charge("ch_" + (charges.size() + 1), order, cents, now());
        charges.add(charge);
        keys.put(key, new Known(charge, now()));
        return charge;
    }

    synchronized List<Charge> charges() {
        return List.copyOf(charges);
    }

    synchronized long charges(String order) {
        return charges.stream().filter(charge -> charge.order().equals(order)).count();
    }
}
