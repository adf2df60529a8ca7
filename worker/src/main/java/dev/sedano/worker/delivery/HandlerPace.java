package dev.sedano.worker.delivery;

import java.util.stream.LongStream;

/**
 * How many handlers end in a while: told by the mean duration of those that ended lately, and for one that runs longer by
 * how long it has. So a slot in which a long handler runs counts for nothing, whatever was fast before. Thread-safe.
 */
final class HandlerPace {
    /** Nothing is known before: the first one also loads classes. */
    private static final int FEW = 3;

    private static final double WEIGHT = 0.05;

    private long ended;
    private double meanNanos;

    /** A handler ended after {@code nanos}. */
    synchronized void ended(long nanos) {
        ended++;
        meanNanos += Math.max(WEIGHT, 1.0 / ended) * (nanos - meanNanos);
    }

    /**
     * How many end per nanosecond in so many slots.
     *
     * @param running for how long each handler has run that does, in nanoseconds
     * @return 0 until a few have ended
     */
    double perNano(int slots, LongStream running) {
        double mean = knownMean();
        if (Double.isNaN(mean)) {
            return 0;
        }
        double[] rates =
                running.mapToDouble(nanos -> 1 / Math.max(mean, (double) nanos)).toArray();
        double sum = Math.max(0, slots - rates.length) / mean;
        for (double rate : rates) {
            sum += rate;
        }
        return sum;
    }

    private synchronized double knownMean() {
        return ended < FEW ? Double.NaN : Math.max(meanNanos, 1);
    }
}
