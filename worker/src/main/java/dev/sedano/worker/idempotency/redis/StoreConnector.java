package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.StoreException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;

/** The one connection of a pipeline: opened on demand, and introduced when the server is not the one met last. */
final class StoreConnector implements StoreRound.Connector {
    private final RedisEndpoint endpoint;
    private final ScriptLibrary scripts;
    private final KnownData data;
    private final @Nullable HelloExchange hello;
    private volatile @Nullable StoreSocket socket;
    private @Nullable Session session;

    /** Without {@code hello} no claims are made, so that the server's identity does not matter. */
    StoreConnector(RedisEndpoint endpoint, ScriptLibrary scripts, KnownData data, @Nullable HelloExchange hello) {
        this.endpoint = endpoint;
        this.scripts = scripts;
        this.data = data;
        this.hello = hello;
    }

    @Override
    public Session session(long deadline) {
        Session open = session;
        if (open != null) {
            return open;
        }
        int timeout = StoreClock.millisUntil(deadline);
        StoreSocket fresh = new StoreSocket(endpoint, timeout);
        socket = fresh;
        try {
            open = Session.open(endpoint, scripts, fresh, timeout);
            if (hello != null && !data.isServer(open.info().identity())) {
                open.timeout(StoreClock.millisUntil(deadline));
                open.introduced(hello.with(open));
            }
            session = open;
            return open;
        } catch (StoreException e) {
            fresh.cut();
            throw e;
        } catch (JedisDataException e) {
            fresh.cut();
            throw StoreErrors.refused(e);
        } catch (RuntimeException e) {
            boolean late = fresh.isCut() && StoreClock.nanos() - deadline >= 0;
            fresh.cut();
            throw StoreErrors.unreachable(endpoint, late, e);
        }
    }

    @Override
    public void drop() {
        cut();
        if (session != null) {
            session.close();
        }
        session = null;
    }

    @Override
    public void cut() {
        StoreSocket current = socket;
        if (current != null) {
            current.cut();
        }
    }

    @Override
    public boolean wasCut() {
        StoreSocket current = socket;
        return current != null && current.isCut();
    }
}
