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
        Map<String, @Nullable Object> headers =
                new LinkedHashMap<>(delivery.properties().headers());
        headers.put("x-sedano-reason", reason.code());
        headers.put("x-sedano-error", error.length() > LONGEST_TEXT ? error.substring(0, LONGEST_TEXT) : error);
        headers.put("x-sedano-exchange", delivery.exchange());
        headers.put("x-sedano-routing-key", delivery.routingKey());
        headers.put("x-sedano-queue", delivery.queue());
        headers.put("x-sedano-time", now.toString());
        headers.put("x-sedano-worker", node);
        headers.putAll(details);
        return headers;
    }
}
