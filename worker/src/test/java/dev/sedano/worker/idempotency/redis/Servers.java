package dev.sedano.worker.idempotency.redis;

import dev.sedano.services.PrivateRedis;
import dev.sedano.services.PrivateRedisCluster;
import dev.sedano.services.PrivateSentinels;

/** Addresses of private servers. */
final class Servers {
    private Servers() {}

    static RedisEndpoint at(int port) {
        return new RedisEndpoint("127.0.0.1", port, 0, null, null, null);
    }

    static RedisServers of(PrivateRedis redis) {
        return new RedisServers.Standalone(at(redis.port()));
    }

    static RedisServers of(PrivateSentinels sentinels) {
        return new RedisServers.Sentinels(
                sentinels.ports().stream().map(Servers::at).toList(), PrivateSentinels.SERVICE, at(0));
    }

    static RedisServers of(PrivateRedisCluster cluster) {
        return new RedisServers.Cluster(
                cluster.nodes().stream().map(each -> at(each.port())).toList());
    }
}
