package dev.sedano.worker.simulation;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The wall clock of a world. */
final class VirtualClock extends Clock {
    private static final Instant BEGINNING = Instant.ofEpochSecond(1_700_000_000);

    private final World world;

    VirtualClock(World world) {
        this.world = world;
    }

    @Override
    public Instant instant() {
        return BEGINNING.plusNanos(world.now() * 1_000);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("the worker core uses UTC");
    }
}
