package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Effect;
import dev.sedano.worker.idempotency.StoreException.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Asks sentinels for the primary at every connect and at every tick: a primary that was cut off and replaced keeps its
 * connections, and what it still accepts is lost. Asks without any lock; threads may ask at the same time.
 */
final class SentinelFinder implements ServerFinder {
    private final RedisServers.Sentinels servers;
    private final AtomicLong version = new AtomicLong();
    private volatile int first;
    private volatile String last = "";

    SentinelFinder(RedisServers.Sentinels servers) {
        this.servers = servers;
    }

    @Override
    public RedisEndpoint find(long deadline) {
        List<RedisEndpoint> sentinels = servers.sentinels();
        StoreException failure = null;
        boolean unknown = false;
        int start = first;
        for (int i = 0; i < sentinels.size(); i++) {
            int index = (start + i) % sentinels.size();
            // Half of the time is for the server itself; a silent sentinel must not use up the turn of the next one.
            int slice = Math.max(1, StoreClock.millisUntil(deadline) / (sentinels.size() - i + 1));
            try {
                RedisEndpoint found = ask(sentinels.get(index), slice);
                if (found != null) {
                    first = index;
                    noticed(found.address());
                    return found;
                }
                unknown = true;
            } catch (StoreException e) {
                failure = e;
            }
        }
        if (unknown || failure == null) {
            throw new StoreException(
                    Kind.NOT_PERMITTED,
                    Effect.NONE,
                    "the sentinels do not know the service '" + servers.service()
                            + "': check the name after the sentinels in the store URL (sentinel monitor NAME …)",
                    failure);
        }
        throw failure;
    }

    @Override
    public long version() {
        return version.get();
    }

    @Override
    public void recheck(long deadline) {
        var unused = find(deadline);
    }

    private synchronized void noticed(String address) {
        if (!address.equals(last)) {
            last = address;
            version.incrementAndGet();
        }
    }

    /** The primary's address, or null if this sentinel does not know the service. */
    private @Nullable RedisEndpoint ask(RedisEndpoint sentinel, int timeoutMillis) {
        StoreSocket socket = new StoreSocket(sentinel, timeoutMillis);
        try (Connection connection = Session.connect(sentinel, socket, timeoutMillis)) {
            connection.sendCommand(Protocol.Command.SENTINEL, "GET-MASTER-ADDR-BY-NAME", servers.service());
            if (connection.getOne() instanceof List<?> address
                    && address.size() == 2
                    && address.get(0) instanceof byte[] host
                    && address.get(1) instanceof byte[] port) {
                return servers.login().at(text(host), Integer.parseInt(text(port)));
            }
            return null;
        } catch (JedisDataException e) {
            throw StoreErrors.refused(e);
        } catch (RuntimeException e) {
            throw StoreErrors.unreachable(sentinel, false, e);
        } finally {
            socket.cut();
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
