package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Effect;
import dev.sedano.worker.idempotency.StoreException.Kind;

/**
 * What INFO says about a server.
 *
 * @param identity changes when the process restarts or a replica is promoted
 * @param marksScripts whether it understands {@code #!lua}: Redis from 7.0, every Valkey
 * @param evictionPolicy the setting maxmemory-policy
 * @param version as the server names it
 * @param master whether it is no replica
 * @param replicas how many are connected
 */
record ServerInfo(
        String identity, boolean marksScripts, String evictionPolicy, String version, boolean master, int replicas) {
    static ServerInfo parse(String text) {
        String lines = '\n' + text;
        String version = field(lines, "redis_version");
        String major = version.substring(0, Math.max(0, version.indexOf('.')));
        boolean marks = major.length() > 1 || major.compareTo("7") >= 0;
        return new ServerInfo(
                field(lines, "run_id") + '|' + field(lines, "master_replid"),
                marks,
                field(lines, "maxmemory_policy"),
                field(lines, "valkey_version").isEmpty() ? version : "Valkey " + field(lines, "valkey_version"),
                !field(lines, "role").equals("slave"),
                number(field(lines, "connected_slaves")));
    }

    /** Looks for the few fields that matter: an idle worker asks every second, and its code is never compiled. */
    static String field(String lines, String name) {
        String start = '\n' + name + ':';
        int at = lines.indexOf(start);
        if (at < 0) {
            return "";
        }
        int end = lines.indexOf('\n', at + 1);
        return lines.substring(at + start.length(), end < 0 ? lines.length() : end)
                .strip();
    }

    private static int number(String text) {
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    }

    /** A replica answers reads with the past and refuses writes. */
    void requireMaster(RedisEndpoint endpoint) {
        if (!master) {
            throw new StoreException(
                    Kind.SERVER_UNABLE,
                    Effect.NONE,
                    "the store at " + endpoint + " is a replica: give the primary's address, or the sentinels'",
                    null);
        }
    }

    /** A server that evicts would forget markers without a word, and finished work would run again. */
    void requireNoEviction() {
        if (!evictionPolicy.equals("noeviction")) {
            throw new StoreException(
                    Kind.NOT_PERMITTED,
                    Effect.NONE,
                    "the store's setting maxmemory-policy is '" + evictionPolicy
                            + "', so it may drop completion markers and finished tasks would run again;"
                            + " set it to 'noeviction' (CONFIG SET maxmemory-policy noeviction, and in redis.conf)",
                    null);
        }
    }
}
