package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.StoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.exceptions.JedisDataException;

/** The one connection of a pipeline: opened on demand, to the server that the finder names. */
final class StoreConnector implements StoreRound.Connector {
    private static final Logger LOG = LoggerFactory.getLogger(StoreConnector.class);

    private final ServerFinder finder;
    private final ScriptLibrary scripts;
    private final boolean rechecks;
    private final StartReport report = new StartReport();
    private final Meter meter = new Meter();
    private volatile @Nullable StoreSocket socket;
    private @Nullable Session session;
    private long version;
    /** The server was loading when it was asked what it keeps: it is asked with a new connection. */
    private boolean reportIsDue;

    /** @param rechecks whether to look for another server each time, also while connected */
    StoreConnector(ServerFinder finder, ScriptLibrary scripts, boolean rechecks) {
        this.finder = finder;
        this.scripts = scripts;
        this.rechecks = rechecks;
    }

    @Override
    public Session session(long deadline) {
        Session open = session;
        if (open != null) {
            if (rechecks) {
                recheck(deadline);
            }
            if (version == finder.version() && !reportIsDue) {
                return open;
            }
            disconnect();
        }
        RedisEndpoint endpoint = finder.find(deadline);
        version = finder.version();
        int timeout = StoreClock.millisUntil(deadline);
        StoreSocket fresh = new StoreSocket(endpoint, timeout, meter);
        socket = fresh;
        try {
            open = Session.open(endpoint, scripts, fresh, timeout);
            session = open;
            reportIsDue = rechecks && !report.once(endpoint, open);
            return open;
        } catch (StoreException e) {
            fresh.cut();
            finder.doubt();
            throw e;
        } catch (JedisDataException e) {
            fresh.cut();
            finder.doubt();
            throw StoreErrors.refused(e);
        } catch (RuntimeException e) {
            boolean late = fresh.isCut() && StoreClock.nanos() - deadline >= 0;
            fresh.cut();
            finder.doubt();
            throw StoreErrors.unreachable(endpoint, late, e);
        }
    }

    /** Those who know where the server is may be away while the server is there. */
    private void recheck(long deadline) {
        try {
            finder.recheck(deadline);
        } catch (StoreException e) {
            LOG.debug("cannot ask where the store's server is", e);
        }
    }

    @Override
    public void drop() {
        if (session != null) {
            finder.doubt();
        }
        disconnect();
    }

    private void disconnect() {
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
    public Throughput moved() {
        return meter.total();
    }

    @Override
    public boolean wasCut() {
        StoreSocket current = socket;
        return current != null && current.isCut();
    }
}
