package dev.sedano.benchmarks.rulers;

import java.nio.charset.StandardCharsets;
import java.util.List;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;

/**
 * The least that idempotency needs of Redis: claim a key unless it is done, mark it done and leave the result, one script
 * each. No leases, takeovers, fencing or detection of lost data: what those cost is what the measurement shows.
 */
record Scripts(byte[] claimSha, byte[] completeSha) {
    private static final byte[] CLAIM = bytes("""
            local s = redis.call('HGET', KEYS[1], 'st')
            if s == 'done' then return 2 end
            if redis.call('HSETNX', KEYS[1], 'own', ARGV[1]) == 0 then return 0 end
            redis.call('EXPIRE', KEYS[1], ARGV[2])
            return 1""");
    private static final byte[] COMPLETE = bytes("""
            if redis.call('HGET', KEYS[1], 'own') ~= ARGV[1] then return 0 end
            redis.call('HSET', KEYS[1], 'st', 'done')
            redis.call('EXPIRE', KEYS[1], ARGV[2])
            if ARGV[3] ~= '' then
              redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[4])
              redis.call('PUBLISH', KEYS[2], ARGV[3])
            end
            return 1""");
    private static final byte[] OWNER = bytes("w1");
    private static final byte[] DAY = bytes("86400");

    static Scripts loadedInto(Jedis redis) {
        return new Scripts(redis.scriptLoad(CLAIM), redis.scriptLoad(COMPLETE));
    }

    static boolean granted(Object reply) {
        return reply.equals(1L);
    }

    Object claim(Jedis redis, byte[] marker) {
        return redis.evalsha(claimSha, List.of(marker), List.of(OWNER, DAY));
    }

    Response<Object> claim(Pipeline redis, byte[] marker) {
        return redis.evalsha(claimSha, List.of(marker), List.of(OWNER, DAY));
    }

    void complete(Jedis redis, byte[] marker, byte[] resultKey, byte[] result) {
        redis.evalsha(completeSha, List.of(marker, resultKey), List.of(OWNER, DAY, result, DAY));
    }

    void complete(Pipeline redis, byte[] marker, byte[] resultKey, byte[] result) {
        redis.evalsha(completeSha, List.of(marker, resultKey), List.of(OWNER, DAY, result, DAY));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
