package dev.sedano.worker.delivery;

import dev.sedano.worker.canvas.OutgoingMessage;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tries of one follow-up, which may consist of several messages. What fails because the broker is away is tried again
 * soon and for ever; what has nowhere to go less and less often, and a bounded number of times. Thread-safe.
 */
final class FollowUpTries {
    /** Nearly two and a half minutes, with the pauses between them. */
    static final int MOST_UNROUTABLE = 10;

    private static final long LONGEST_MILLIS = 30_000;

    private record Address(String exchange, String routingKey, String id) {}

    private final Map<Address, Integer> unroutable = new ConcurrentHashMap<>();
    private volatile int most;

    /** @return whether {@code message} was found unroutable so often that it is to be tried no more */
    boolean unroutable(OutgoingMessage message) {
        Address address = new Address(
                message.exchange(),
                message.routingKey(),
                String.valueOf(message.properties().headers().get("id")));
        int times = unroutable.merge(address, 1, Integer::sum);
        most = Math.max(most, times);
        return times >= MOST_UNROUTABLE;
    }

    /** Whether a message of this follow-up was tried as often as it is worth. */
    boolean areUsedUp() {
        return most >= MOST_UNROUTABLE;
    }

    /** Until the next try: 0.5 s, and twice as long after each try that found nowhere to go, up to 30 s. */
    Duration pause() {
        long usual = Repetition.PAUSE.toMillis();
        return Duration.ofMillis(Math.min(LONGEST_MILLIS, usual << Math.max(0, Math.min(most, MOST_UNROUTABLE) - 1)));
    }
}
