package dev.sedano.worker.idempotency.redis;

import org.jspecify.annotations.Nullable;

/**
 * The keys of one hash tag, which live and are lost together: what is known of them, and how to introduce this worker.
 * Compared by identity. Safe for use by many threads.
 */
final class DataSet {
    private final KnownData known;
    private final @Nullable HelloExchange hello;

    /** Without {@code hello} no claims are made, so that the server's identity does not matter. */
    DataSet(KnownData known, @Nullable HelloExchange hello) {
        this.known = known;
        this.hello = hello;
    }

    /** Epoch and generation as claims carry them. */
    byte[] stamp() {
        return known.stamp();
    }

    /** Says hello if the server is not the one met last. Throws what {@link HelloExchange#with} throws. */
    void meet(Session session) {
        if (hello != null && !known.isServer(session.freshInfo().identity())) {
            var unused = hello.with(session);
        }
    }

    /** Says hello in any case. */
    void greet(Session session) {
        if (hello != null) {
            var unused = hello.with(session);
        }
    }
}
