package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisMovedDataException;

/**
 * One blocking connection to each server that is asked, opened by the first question. Every method throws {@link
 * StoreException} when a server does not answer or refuses. Not safe for use by several threads.
 */
final class InspectionConnections implements AutoCloseable {
    private final RedisServers servers;
    private final int timeoutMillis;
    private final Map<RedisEndpoint, Open> open = new HashMap<>();
    private @Nullable RedisEndpoint only;
    private @Nullable ClusterMap map;

    /** @param marksScripts whether the server wants to be told that a script is one for it to look at closely */
    private record Open(Jedis jedis, boolean marksScripts) {}

    InspectionConnections(RedisServers servers, Duration timeout) {
        this.servers = servers;
        this.timeoutMillis = (int) timeout.toMillis();
    }

    /** Asks the server that holds {@code slot}; only in a cluster does that make a difference. */
    <T extends @Nullable Object> T ask(int slot, Function<Jedis, T> question) {
        try {
            return askOnce(owner(slot), question);
        } catch (JedisMovedDataException elsewhere) { // surely not executed
            map = null;
            try {
                return askOnce(owner(slot), question);
            } catch (JedisDataException e) {
                throw StoreErrors.refused(e);
            }
        } catch (JedisDataException e) {
            throw StoreErrors.refused(e);
        }
    }

    /** Asks one of {@link #servers}. */
    <T extends @Nullable Object> T ask(RedisEndpoint server, Function<Jedis, T> question) {
        try {
            return askOnce(server, question);
        } catch (JedisDataException e) {
            throw StoreErrors.refused(e);
        }
    }

    /** What comes before a script's text on the server that holds {@code slot}. */
    String scriptHeader(int slot) {
        RedisEndpoint server = owner(slot);
        return ask(server, jedis -> connected(server).marksScripts() ? "#!lua\n" : "");
    }

    /** All servers that hold a part of the data. */
    List<RedisEndpoint> servers() {
        return servers instanceof RedisServers.Cluster ? new ArrayList<>(map().nodes()) : List.of(owner(0));
    }

    private <T extends @Nullable Object> T askOnce(RedisEndpoint server, Function<Jedis, T> question) {
        try {
            return question.apply(connected(server).jedis());
        } catch (JedisDataException e) {
            throw e;
        } catch (JedisException e) {
            close();
            throw StoreErrors.unreachable(server, false, e);
        }
    }

    private RedisEndpoint owner(int slot) {
        if (servers instanceof RedisServers.Cluster) {
            RedisEndpoint owner = map().owner(slot);
            if (owner == null) {
                throw StoreErrors.simple(
                        StoreException.Kind.SERVER_UNABLE,
                        "no node of the store's cluster serves slot " + slot + " now");
            }
            return owner;
        }
        RedisEndpoint found = only;
        if (found == null) {
            found = RedisStores.finder(servers).find(StoreClock.nanos() + timeoutMillis * 1_000_000L);
            only = found;
        }
        return found;
    }

    private ClusterMap map() {
        ClusterMap known = map;
        if (known != null) {
            return known;
        }
        StoreException failure =
                StoreErrors.simple(StoreException.Kind.CONNECT, "the store's cluster has no node to ask");
        for (RedisEndpoint seed : ((RedisServers.Cluster) servers).seeds()) {
            try {
                known = ClusterMap.askedFrom(seed, timeoutMillis);
                map = known;
                return known;
            } catch (StoreException e) {
                failure = e;
            }
        }
        throw failure;
    }

    private Open connected(RedisEndpoint server) {
        Open known = open.get(server);
        if (known == null) {
            known = connect(server);
            open.put(server, known);
        }
        return known;
    }

    private Open connect(RedisEndpoint server) {
        Jedis fresh = new Jedis(
                new StoreSocket(server, timeoutMillis),
                DefaultJedisClientConfig.builder()
                        .protocol(RedisProtocol.RESP2)
                        .connectionTimeoutMillis(timeoutMillis)
                        .socketTimeoutMillis(timeoutMillis)
                        .user(server.user())
                        .password(server.password())
                        .database(server.database())
                        .build());
        return new Open(fresh, ServerInfo.parse(fresh.info()).marksScripts());
    }

    /** May be called again; the next question connects anew. */
    @Override
    public void close() {
        open.values().forEach(each -> each.jedis().close());
        open.clear();
        only = null;
        map = null;
    }
}
