package dev.sedano.worker.idempotency.redis;

/** Says which server to connect to. Safe for use by many threads. */
interface ServerFinder {
    /** The server that serves now; may ask others until {@code deadline}. Throws StoreException. */
    RedisEndpoint find(long deadline);

    /** Grows when open connections may lead to a server that serves no more. */
    default long version() {
        return 0;
    }

    /** A connection failed or its server was unable. */
    default void doubt() {}

    /** Looks for another server before the old one shows any fault. Throws StoreException. */
    default void recheck(long deadline) {}
}
