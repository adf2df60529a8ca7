package dev.sedano.worker.delivery;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The headers of a copy in {@code <queue>.dead} or {@code <queue>.parked}: why, from where, when and by whom. */
public final class MoveHeaders {
    private static final int LONGEST_TEXT = 1_000;

    private MoveHeaders() {}

    /**
     * The delivery's own headers and those of the move.
     *
     * @param details more headers
     * @param node who moves it
     */
    public static Map<String, @Nullable Object> of(
            Delivery delivery,
            SettlementReason reason,
            String error,
            Map<String, Object> details,
            String node,
            Instant now) {
        return of(
                delivery.properties().headers(),
                reason,
                error,
                new Place(delivery.exchange(), delivery.routingKey(), delivery.queue()),
                details,
                node,
                now);
    }

    /**
     * Where a message was, or was to go.
     *
     * @param queue the queue whose worker moves it
     */
    record Place(String exchange, String routingKey, String queue) {}

    static Map<String, @Nullable Object> of(
            Map<String, ? extends @Nullable Object> own,
            SettlementReason reason,
            String error,
            Place place,
            Map<String, Object> details,
            String node,
            Instant now) {
        Map<String, @Nullable Object> headers = new LinkedHashMap<>(own);
        headers.put("x-sedano-reason", reason.code());
        headers.put("x-sedano-error", error.length() > LONGEST_TEXT ? error.substring(0, LONGEST_TEXT) : error);
        headers.put("x-sedano-exchange", place.exchange());
        headers.put("x-sedano-routing-key", place.routingKey());
        headers.put("x-sedano-queue", place.queue());
        headers.put("x-sedano-time", now.toString());
        headers.put("x-sedano-worker", node);
        headers.putAll(details);
        return headers;
    }
}
