package dev.sedano.worker.rabbitmq;

import dev.sedano.worker.delivery.Delivery;
import dev.sedano.worker.delivery.SettlementReason;
import dev.sedano.worker.delivery.UnknownTaskPolicy;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The headers of copies that wait in the broker: the message's own but those of the broker, which would tell of the waiting
 * and, kept, be taken by RabbitMQ for a loop; how often it was moved; and the route that waiting makes it forget.
 */
final class WaitingHeaders {
    /** How often a copy of a delivery that may have been claimed was moved; counts as redelivered. */
    static final String RETURNED = "x-sedano-returned";
    /** How often a copy that was not due was moved. */
    static final String DELAYED = "x-sedano-delayed";

    static final String EXCHANGE = "x-sedano-exchange";
    static final String ROUTING_KEY = "x-sedano-routing-key";

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
        if (!delivery.exchange().isEmpty()) {
            headers.put(EXCHANGE, delivery.exchange());
            headers.put(ROUTING_KEY, delivery.routingKey());
        }
        return headers;
    }

    /** Whether these headers are of a copy that waited in the broker and has forgotten its route. */
    static boolean knowRoute(Map<String, @Nullable Object> headers) {
        return (headers.get(RETURNED) instanceof Number || headers.get(DELAYED) instanceof Number)
                && headers.get(EXCHANGE) instanceof String
                && headers.get(ROUTING_KEY) instanceof String;
    }
}
