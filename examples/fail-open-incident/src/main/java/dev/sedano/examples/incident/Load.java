package dev.sedano.examples.incident;

import dev.sedano.examples.stage.Broker;
import dev.sedano.examples.stage.Wait;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A sender that repeats itself: every order goes out twice, the second time {@link #LAG} orders later, and the same
 * goes to every lane. Used by one thread.
 */
final class Load {
    static final int ORDERS = 120;

    private static final int LAG = 16;
    private static final Duration PACE = Duration.ofMillis(30);

    private final Broker broker;
    private final List<String> lanes;
    private int next;

    Load(Broker broker, List<String> lanes) {
        this.broker = broker;
        this.lanes = lanes;
    }

    /** Sends what belongs to the next {@code count} turns at the usual pace. */
    void send(int count) throws Exception {
        send(count, PACE);
    }

    /** Sends what belongs to the next {@code count} turns; the last {@link #LAG} turns send second copies alone. */
    void send(int count, Duration pace) throws Exception {
        for (int turn = 0; turn < count && !isDone(); turn++, next++) {
            for (String lane : lanes) {
                if (next < ORDERS) {
                    ship(lane, next);
                }
                if (next >= LAG) {
                    ship(lane, next - LAG);
                }
            }
            Wait.pass(pace);
        }
    }

    /** How many different orders are sent by now. */
    int orders() {
        return Math.min(next, ORDERS);
    }

    boolean isDone() {
        return next >= ORDERS + LAG;
    }

    private void ship(String lane, int order) throws Exception {
        String id = "order-" + order;
        broker.send(lane, "orders.ship", Map.of("id", id), id);
    }
}
