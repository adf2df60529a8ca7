package dev.sedano.worker.idempotency.redis;

import java.util.List;

/** Which servers keep the store, and how to find the one that serves. Immutable; the text shows no credentials. */
public sealed interface RedisServers {
    /** One server whose address is known. */
    record Standalone(RedisEndpoint endpoint) implements RedisServers {
        @Override
        public String toString() {
            return endpoint.toString();
        }
    }

    /**
     * A primary that sentinels watch.
     *
     * @param sentinels addresses of the sentinels and their own login; asked in turn
     * @param service the name by which the sentinels know the primary
     * @param login database, login and TLS of the primary; its host and port are not used
     */
    record Sentinels(List<RedisEndpoint> sentinels, String service, RedisEndpoint login) implements RedisServers {
        /** Checks that somebody can be asked. */
        public Sentinels {
            sentinels = List.copyOf(sentinels);
            if (sentinels.isEmpty()) {
                throw new IllegalArgumentException("names no sentinel");
            }
        }

        @Override
        public String toString() {
            return "sentinels " + sentinels.stream().map(RedisEndpoint::address).toList() + " service " + service;
        }
    }

    /** A Redis Cluster; {@code seeds} are some of its nodes, all with the same login. Database 0 is the only one. */
    record Cluster(List<RedisEndpoint> seeds) implements RedisServers {
        /** Checks that somebody can be asked. */
        public Cluster {
            seeds = List.copyOf(seeds);
            if (seeds.isEmpty()) {
                throw new IllegalArgumentException("names no node of the cluster");
            }
            if (seeds.get(0).database() != 0) {
                throw new IllegalArgumentException(
                        "names database " + seeds.get(0).database() + ": a Redis Cluster has database 0 only");
            }
        }

        @Override
        public String toString() {
            return "cluster " + seeds.stream().map(RedisEndpoint::address).toList();
        }
    }
}
