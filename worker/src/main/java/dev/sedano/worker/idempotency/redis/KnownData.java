package dev.sedano.worker.idempotency.redis;

import java.nio.charset.StandardCharsets;

/**
 * What this worker knows of the store's data set: epoch, generation, the highest write counter it saw acknowledged, and
 * the server's identity. Safe for use by many threads.
 */
final class KnownData {
    private String epoch;
    private long generation;
    private long counter;
    private String identity = "";
    private volatile byte[] stamp = {};

    KnownData(String epoch) {
        this.epoch = epoch;
    }

    /** What hello tells the server. */
    record Hello(String epoch, long generation, long counter) {}

    /** Epoch and generation as claims carry them. */
    byte[] stamp() {
        return stamp;
    }

    synchronized boolean isServer(String id) {
        return identity.equals(id);
    }

    /** Generation 0 tells the server that this worker has not yet met it: then missing writes are looked for. */
    synchronized Hello hello(String server) {
        return new Hello(epoch, identity.equals(server) ? generation : 0, counter);
    }

    /** Notes what hello answered; says whether the epoch is another than before. */
    synchronized boolean met(String server, String newEpoch, long newGeneration, long newCounter) {
        boolean same = epoch.equals(newEpoch) && generation == newGeneration;
        counter = same ? Math.max(counter, newCounter) : newCounter;
        boolean changed = !epoch.equals(newEpoch);
        epoch = newEpoch;
        generation = newGeneration;
        identity = server;
        stamp = (newEpoch + ':' + newGeneration).getBytes(StandardCharsets.UTF_8);
        return changed;
    }

    /** A reply of another generation says nothing about this one: counted, it would raise a false alarm later. */
    synchronized void acknowledged(long ofGeneration, long seen) {
        if (ofGeneration == generation && seen > counter) {
            counter = seen;
        }
    }
}
