package dev.sedano.worker.rabbitmq;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Queues in which deliveries wait in the broker: one per origin and level, levels being powers of two seconds, so that a
 * long wait at the head never blocks a short one. When the time is over the broker moves the copy back to its queue.
 *
 * <p>A classic queue forgets a message before the other queue has confirmed it: a broker that dies in that moment loses it.
 * So what came from a quorum queue waits in a quorum queue, which keeps it until then; its name differs, since a queue of
 * the same name may exist from before.
 *
 * @param quorum whether the copies wait in a quorum queue
 */
record WaitQueues(String origin, int level, boolean quorum) {
    private static final int HIGHEST = 21;

    /** The queue of the longest wait that is not longer than {@code delay}; at least one second. */
    static WaitQueues of(String origin, Duration delay, boolean quorum) {
        long seconds = Math.max(1, delay.toSeconds());
        return new WaitQueues(origin, Math.min(HIGHEST, 63 - Long.numberOfLeadingZeros(seconds)), quorum);
    }

    String name() {
        return origin + ".wait." + (1L << level) + "s" + (quorum ? ".quorum" : "");
    }

    Map<String, Object> arguments() {
        Map<String, Object> arguments = new HashMap<>();
        arguments.put("x-message-ttl", (1L << level) * 1000);
        arguments.put("x-dead-letter-exchange", "");
        arguments.put("x-dead-letter-routing-key", origin);
        if (quorum) {
            arguments.put("x-queue-type", "quorum");
            arguments.put("x-dead-letter-strategy", "at-least-once");
            arguments.put("x-overflow", "reject-publish"); // without it the broker falls back to at most once
        }
        return arguments;
    }
}
