package dev.sedano.conformance.harness;

import dev.sedano.services.PrivateRedis;
import java.net.URI;
import redis.clients.jedis.Jedis;

/**
 * A Redis for tests. The shared one lives as long as the JVM; a worker's namespace, task ids and keys keep tests apart.
 * One owner controls a private one.
 */
public final class TestStore implements AutoCloseable {
    private final PrivateRedis redis;

    private static final class Shared {
        private static final TestStore STORE = start();
    }

    private TestStore(PrivateRedis redis) {
        this.redis = redis;
    }

    /** The store of all tests that leave it alive and undisturbed. */
    public static TestStore shared() {
        return Shared.STORE;
    }

    /** A store of the caller's own with an append-only file, to be closed. */
    public static TestStore start() {
        return of(PrivateRedis.start());
    }

    /** Takes over a server that was started with special settings. */
    public static TestStore of(PrivateRedis redis) {
        return new TestStore(redis);
    }

    /** {@code redis://127.0.0.1:port/database}. */
    public String url(int database) {
        return redis.url(database);
    }

    /** The server, to kill, freeze, thaw, stop and restart it. */
    public PrivateRedis server() {
        return redis;
    }

    /** A new connection to a database, to be closed. */
    public Jedis connect(int database) {
        return new Jedis(URI.create(url(database)));
    }

    @Override
    public void close() {
        redis.close();
    }
}
