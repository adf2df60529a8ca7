package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Effect;
import dev.sedano.worker.idempotency.StoreException.Kind;
import java.util.HashMap;
import java.util.Map;

/**
 * What INFO says about a server.
 *
 * @param identity changes when the process restarts or a replica is promoted
 * @param marksScripts whether it understands {@code #!lua}: Redis from 7.0, every Valkey
 * @param evictionPolicy the setting maxmemory-policy
 */
record ServerInfo(String identity, boolean marksScripts, String evictionPolicy) {
    static ServerInfo parse(String text) {
        Map<String, String> fields = new HashMap<>();
        text.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        String version = fields.getOrDefault("redis_version", "");
        String major = version.substring(0, Math.max(0, version.indexOf('.')));
        boolean marks = major.length() > 1 || major.compareTo("7") >= 0;
        return new ServerInfo(
                fields.getOrDefault("run_id", "") + '|' + fields.getOrDefault("master_replid", ""),
                marks,
                fields.getOrDefault("maxmemory_policy", ""));
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
