package dev.sedano.worker.delivery;

import dev.sedano.worker.protocol.MessageProperties;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * What happens to a message whose task this worker does not know: handed on to the other workers of its queue, through a
 * wait queue, and when that was done often enough, or at once, to {@code <queue>.dead}, FAILURE NotRegistered for its caller.
 * Immutable.
 *
 * @param hops how often it is handed on, 0 to 1000
 * @param delay how long it waits at first, 1 s to 1 h, or twice as long; rounded down to a power of two seconds
 */
public record UnknownTaskPolicy(int hops, Duration delay) {
    /** To {@code <queue>.dead} at once. */
    public static final UnknownTaskPolicy DEAD_LETTER = new UnknownTaskPolicy(0, Duration.ofSeconds(2));

    /** For about three quarters of an hour: the workers that have the task may be restarting, or busy. */
    public static final UnknownTaskPolicy HAND_ON = new UnknownTaskPolicy(100, Duration.ofSeconds(2));

    /** The header that counts; stock workers in Python carry it along, unread, even into their retries. */
    public static final String HOPS = "x-sedano-hops";

    private static final int HOPS_OF_A_LENGTH = 15;
    private static final int MOST_DOUBLINGS = 4;

    /** Checks the ranges. */
    public UnknownTaskPolicy {
        if (hops < 0 || hops > 1000) {
            throw new IllegalArgumentException("hops must be from 0 to 1000");
        }
        if (delay.compareTo(Duration.ofSeconds(1)) < 0 || delay.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("the delay must be from 1s to 1h");
        }
    }

    /** How often this attempt of the message was handed on. Whoever sent it may have written anything there. */
    public static int hopsOf(MessageProperties properties) {
        return properties.headers().get(HOPS) instanceof Number count
                        && !AttemptHeader.isOfAnother(properties.headers())
                ? (int) Math.max(0, Math.min(1000, count.longValue()))
                : 0;
    }

    /**
     * The delay or, at random, twice as much: a broker serves its consumers in turn, and two messages that wait equally long
     * could meet the wrong workers for ever. It doubles every {@value #HOPS_OF_A_LENGTH} hops up to sixteen times: who is
     * not there after a minute may be busy for long.
     */
    Duration nextDelay(MessageProperties properties, RandomGenerator random) {
        int doublings = Math.min(MOST_DOUBLINGS, hopsOf(properties) / HOPS_OF_A_LENGTH);
        return delay.multipliedBy((random.nextBoolean() ? 1L : 2L) << doublings);
    }

    boolean handsOn(Delivery delivery) {
        return hopsOf(delivery.properties()) < hops;
    }
}
