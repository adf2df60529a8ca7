package dev.sedano.worker.rabbitmq;

import dev.sedano.worker.delivery.AttemptHeader;
import dev.sedano.worker.delivery.Delivery;
import dev.sedano.worker.delivery.SettlementReason;
import dev.sedano.worker.delivery.UnknownTaskPolicy;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The headers of copies that wait in the broker: the message's own but those of the broker, which would tell of the waiting
 * and, kept, be taken by RabbitMQ for a loop; how often it was moved; and the route that waiting makes it forget. Those of
 * another attempt, which Python's retry copied, are neither read nor kept ({@link AttemptHeader}).
 */
final class WaitingHeaders {
    /** How often a copy of a delivery that may have been claimed was moved; counts as redelivered. */
    static final String RETURNED = "x-sedano-returned";
    /** How often a copy that was not due was moved. */
    static final String DELAYED = "x-sedano-delayed";

    static final String EXCHANGE = "x-sedano-exchange";
    static final String ROUTING_KEY = "x-sedano-routing-key";

    private static final Set<String> OF_MOVES =
            Set.of(RETURNED, DELAYED, UnknownTaskPolicy.HOPS, EXCHANGE, ROUTING_KEY);

    private WaitingHeaders() {}

    /** Of a copy that counts as redelivered. */
    static Map<String, @Nullable Object> returned(Delivery delivery, SettlementReason why) {
        Map<String, @Nullable Object> headers = carried(delivery);
        if (why == SettlementReason.UNKNOWN_TASK) {
            headers.put(UnknownTaskPolicy.HOPS, UnknownTaskPolicy.hopsOf(delivery.properties()) + 1);
        }
        headers.put(RETURNED, next(headers.get(RETURNED)));
        return headers;
    }

    /** Of a copy that a person sends again: as returned, and with all its hops to come. */
    static void sentAgain(Map<String, Object> headers) {
        headers.put(AttemptHeader.NAME, attemptAfterForgetting(headers));
        headers.remove(UnknownTaskPolicy.HOPS);
        headers.put(RETURNED, next(headers.get(RETURNED)));
    }

    /** Of a copy that was not due: nobody has claimed it, but the broker's word that it may have run before is kept. */
    static Map<String, @Nullable Object> delayed(Delivery delivery) {
        Map<String, @Nullable Object> headers = carried(delivery);
        headers.put(DELAYED, next(headers.get(DELAYED)));
        if (delivery.redelivered() && !(headers.get(RETURNED) instanceof Number)) {
            headers.put(RETURNED, 1);
        }
        return headers;
    }

    private static int next(@Nullable Object count) {
        return count instanceof Number before ? before.intValue() + 1 : 1;
    }

    private static Map<String, @Nullable Object> carried(Delivery delivery) {
        Map<String, @Nullable Object> headers =
                new HashMap<>(delivery.properties().headers());
        headers.keySet()
                .removeIf(name -> name.equals("x-death")
                        || name.startsWith("x-first-death-")
                        || name.startsWith("x-last-death-")
                        || name.equals("x-delivery-count")
                        || name.equals("x-acquired-count"));
        headers.put(AttemptHeader.NAME, attemptAfterForgetting(headers));
        if (!delivery.exchange().isEmpty()) {
            headers.put(EXCHANGE, delivery.exchange());
            headers.put(ROUTING_KEY, delivery.routingKey());
        }
        return headers;
    }

    /** The attempt of these headers, which lose what moves of another one have left. */
    private static long attemptAfterForgetting(Map<String, ? extends @Nullable Object> headers) {
        if (AttemptHeader.isOfAnother(headers)) {
            headers.keySet().removeAll(OF_MOVES);
        }
        return AttemptHeader.of(headers);
    }

    /** Whether these headers are of a copy that waited and may have been claimed before. */
    static boolean sayReturned(Map<String, @Nullable Object> headers) {
        return headers.get(RETURNED) instanceof Number && !AttemptHeader.isOfAnother(headers);
    }

    /** Whether these headers are of a copy that waited in the broker and has forgotten its route. */
    static boolean knowRoute(Map<String, @Nullable Object> headers) {
        return (headers.get(RETURNED) instanceof Number || headers.get(DELAYED) instanceof Number)
                && !AttemptHeader.isOfAnother(headers)
                && headers.get(EXCHANGE) instanceof String
                && headers.get(ROUTING_KEY) instanceof String;
    }
}
