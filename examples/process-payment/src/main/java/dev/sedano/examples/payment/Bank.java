package dev.sedano.examples.payment;

import dev.sedano.examples.stage.OutsideWorld.Reply;
import dev.sedano.examples.stage.OutsideWorld.Request;
import dev.sedano.examples.stage.OutsideWorld.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * A bank that charges whatever it is asked to, as often as it is asked to: it knows no idempotency keys. What it booked
 * is the truth of this story. Thread-safe.
 */
final class Bank implements Service {
    private final List<String> references = new ArrayList<>();
    private final Map<String, CountDownLatch> slow = new ConcurrentHashMap<>();
    private final Map<String, Consumer<String>> atRiskCheck = new ConcurrentHashMap<>();

    @Override
    public Reply answer(Request request) throws InterruptedException {
        if (request.path().equals("/risk")) {
            String reference = request.body().get("reference").asString();
            Consumer<String> once = atRiskCheck.remove(reference);
            if (once != null) {
                once.accept(request.header("X-Worker"));
            }
            return new Reply(200, Map.of("risk", "low"));
        }
        String asked = request.parameter("reference");
        return asked.isEmpty() ? charge(request.body().get("reference").asString()) : lookUp(asked);
    }

    private Reply charge(String reference) throws InterruptedException {
        CountDownLatch opened = slow.get(reference);
        if (opened != null) {
            opened.await();
        }
        synchronized (this) {
            references.add(reference);
            return new Reply(201, Map.of("charge", "ch_" + references.size()));
        }
    }

    private synchronized Reply lookUp(String reference) {
        int at = references.indexOf(reference);
        return at < 0 ? new Reply(404, Map.of()) : new Reply(200, Map.of("charge", "ch_" + (at + 1)));
    }

    /** Lets charges of {@code reference} wait until the latch is open. */
    void beSlow(String reference, CountDownLatch opened) {
        slow.put(reference, opened);
    }

    /** Does something with the name of the worker that asks for the risk of {@code reference}, once. */
    void atRiskCheck(String reference, Consumer<String> action) {
        atRiskCheck.put(reference, action);
    }

    synchronized int charges() {
        return references.size();
    }

    synchronized int charges(String reference) {
        return (int) references.stream().filter(reference::equals).count();
    }

    /** How many charges are repetitions. */
    synchronized int doubles() {
        Map<String, Integer> counts = new HashMap<>();
        references.forEach(reference -> counts.merge(reference, 1, Integer::sum));
        return references.size() - counts.size();
    }
}
