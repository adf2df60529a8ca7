package dev.sedano.examples.webhook;

import dev.sedano.examples.stage.Wait;
import java.time.Duration;

/**
 * Days that pass in seconds. A real Redis has its own clock, which nobody can set; so times to live are scaled by the same
 * factor, and everything that counts days (the sender, the receiver, the keys) counts them on this scale. Immutable.
 *
 * @param began real time in ms since 1970 at which day 0 began
 * @param secondsPerDay real seconds for a day
 */
record SimulatedClock(long began, double secondsPerDay) {
    private static final double DAY = 86_400;

    static SimulatedClock startingNow(double secondsPerDay) {
        return new SimulatedClock(System.currentTimeMillis(), secondsPerDay);
    }

    /** Simulated days since the beginning. */
    double day() {
        return (System.currentTimeMillis() - began) / 1e3 / secondsPerDay;
    }

    /** Simulated seconds since the beginning. */
    double now() {
        return day() * DAY;
    }

    /** Waits until {@code day} has come. */
    void awaitDay(double day) {
        double seconds = (day - day()) * secondsPerDay;
        if (seconds > 0) {
            Wait.pass(Duration.ofMillis(Math.round(seconds * 1e3)));
        }
    }

    /** As the receiver takes it. */
    String setting() {
        return began / 1e3 + "," + secondsPerDay;
    }

    /** The real time that {@code days} take. */
    static Duration real(double days, double secondsPerDay) {
        return Duration.ofMillis(Math.round(days * secondsPerDay * 1e3));
    }
}
