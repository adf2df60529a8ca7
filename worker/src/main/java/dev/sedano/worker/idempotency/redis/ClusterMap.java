package dev.sedano.worker.idempotency.redis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisDataException;

/** Which node of a Redis Cluster serves which slot. Immutable. */
final class ClusterMap {
    private static final int SLOTS = 16_384;

    private final @Nullable RedisEndpoint[] owners;

    private ClusterMap(@Nullable RedisEndpoint[] owners) {
        this.owners = owners;
    }

    /** Asks a node. Throws StoreException. */
    static ClusterMap askedFrom(RedisEndpoint node, int timeoutMillis) {
        StoreSocket socket = new StoreSocket(node, timeoutMillis);
        try (Connection connection = Session.connect(node, socket, timeoutMillis)) {
            connection.sendCommand(Protocol.Command.CLUSTER, "SLOTS");
            return parse(connection.getOne(), node);
        } catch (JedisDataException e) {
            throw StoreErrors.refused(e);
        } catch (RuntimeException e) {
            throw StoreErrors.unreachable(node, false, e);
        } finally {
            socket.cut();
        }
    }

    /** Ranges of slots: first, last, the primary's host and port, its replicas. */
    private static ClusterMap parse(@Nullable Object reply, RedisEndpoint asked) {
        @Nullable RedisEndpoint[] owners = new RedisEndpoint[SLOTS];
        if (reply instanceof List<?> ranges) {
            for (Object range : ranges) {
                if (range instanceof List<?> parts
                        && parts.size() > 2
                        && parts.get(0) instanceof Long first
                        && parts.get(1) instanceof Long last
                        && parts.get(2) instanceof List<?> node
                        && node.get(1) instanceof Long port) {
                    // A node that does not know its own name leaves it empty: it is the one that was asked.
                    String host = node.get(0) instanceof byte[] name && name.length > 0
                            ? new String(name, StandardCharsets.UTF_8)
                            : asked.host();
                    Arrays.fill(owners, first.intValue(), last.intValue() + 1, asked.at(host, port.intValue()));
                }
            }
        }
        return new ClusterMap(owners);
    }

    /** The node, or null if no node serves this slot now. */
    @Nullable
    RedisEndpoint owner(int slot) {
        return owners[slot];
    }

    /** All nodes that serve slots. */
    Set<RedisEndpoint> nodes() {
        Set<RedisEndpoint> all = new LinkedHashSet<>();
        for (RedisEndpoint owner : owners) {
            if (owner != null) {
                all.add(owner);
            }
        }
        return all;
    }

    boolean sameAs(@Nullable ClusterMap other) {
        return other != null && Arrays.equals(owners, other.owners, (a, b) -> Objects.equals(a, b) ? 0 : 1);
    }
}
