package dev.sedano.worker.idempotency.redis;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells in one line of the log what the store's server does to keep the markers. Used by one pipeline's thread alone. */
final class StartReport {
    private static final Logger LOG = LoggerFactory.getLogger(StartReport.class);

    private String reported = "";

    /** Logs if this server process was not reported last. Throws Jedis' exceptions for a broken connection. */
    void once(RedisEndpoint endpoint, Session session) {
        ServerInfo server = session.info();
        if (reported.equals(server.identity())) {
            return;
        }
        reported = server.identity();
        boolean log = session.persistence("aof_enabled").equals("1");
        String snapshots = session.setting("save");
        String line = "store {}: version {}, append-only file {}, snapshots {}, {} replicas, maxmemory-policy {}";
        String kept = snapshots.isEmpty() ? "off" : snapshots;
        if (!log && kept.equals("off") && server.replicas() == 0) {
            LOG.warn(
                    line + "; nothing is kept: a restart of it forgets all completed work (set appendonly yes)",
                    endpoint,
                    server.version(),
                    "off",
                    kept,
                    0,
                    server.evictionPolicy());
        } else {
            LOG.info(
                    line,
                    endpoint,
                    server.version(),
                    log ? "on" : "off",
                    kept,
                    server.replicas(),
                    server.evictionPolicy());
        }
    }
}
