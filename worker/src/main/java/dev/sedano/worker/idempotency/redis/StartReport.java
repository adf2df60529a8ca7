package dev.sedano.worker.idempotency.redis;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells in one line of the log what the store's server does to keep the markers. Used by one pipeline's thread alone. */
final class StartReport {
    private static final Logger LOG = LoggerFactory.getLogger(StartReport.class);

    private String reported = "";

    /**
     * Logs if this server process was not reported last. A server that loads its data is not reported, because meanwhile it
     * says that its append-only file is off. Throws Jedis' exceptions for a broken connection.
     *
     * @return whether it is reported now
     */
    boolean once(RedisEndpoint endpoint, Session session) {
        ServerInfo server = session.info();
        if (reported.equals(server.identity())) {
            return true;
        }
        String persistence = session.persistence();
        if (ServerInfo.field(persistence, "loading").equals("1")
                || ServerInfo.field(persistence, "async_loading").equals("1")) {
            return false;
        }
        reported = server.identity();
        String log = ServerInfo.field(persistence, "aof_enabled").equals("1") ? "on" : switchedOff(session);
        String snapshots = session.setting("save");
        String line = "store {}: version {}, append-only file {}, snapshots {}, {} replicas, maxmemory-policy {}";
        String kept = snapshots.isEmpty() ? "off" : snapshots;
        if (log.equals("off") && kept.equals("off") && server.replicas() == 0) {
            LOG.warn(
                    line + "; nothing is kept: a restart of it forgets all completed work (set appendonly yes)",
                    endpoint,
                    server.version(),
                    log,
                    kept,
                    0,
                    server.evictionPolicy());
        } else {
            LOG.info(line, endpoint, server.version(), log, kept, server.replicas(), server.evictionPolicy());
        }
        return true;
    }

    /** A server that just took over, or failed to open the file, has it off for now although it is asked for. */
    private static String switchedOff(Session session) {
        return session.setting("appendonly").equals("yes") ? "configured, but not on yet" : "off";
    }
}
