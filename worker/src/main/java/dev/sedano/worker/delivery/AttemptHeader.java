package dev.sedano.worker.delivery;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says of which attempt of a task the headers are that moves through the broker left in a message. Celery's retry in
 * Python copies all headers that it does not know into the message of the next attempt, so what was counted, and the route
 * that was remembered, would be taken for its own. Thread-safe.
 */
public final class AttemptHeader {
    /** The header: nesting times 2^20 plus retries, as the message's own headers say. */
    public static final String NAME = "x-sedano-attempt";

    private AttemptHeader() {}

    /** The attempt that the headers of Celery's protocol 2 name; 0 where they name none, as in protocol 1. */
    public static long of(Map<String, ? extends @Nullable Object> headers) {
        return (number(headers.get("replaced_task_nesting")) << 20) + number(headers.get("retries"));
    }

    /**
     * Whether what moves wrote into these headers is of another attempt than the message. Headers that do not say of which
     * one they are count as the message's own: versions before this header wrote none.
     */
    public static boolean isOfAnother(Map<String, ? extends @Nullable Object> headers) {
        return headers.get(NAME) instanceof Number written && written.longValue() != of(headers);
    }

    private static long number(@Nullable Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }
}
