package dev.sedano.conformance.chaos;

import dev.sedano.services.PrivateRedis;
import java.time.Duration;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientPauseMode;
import redis.clients.jedis.args.FlushMode;
import redis.clients.jedis.exceptions.JedisException;

/** The faults of Redis and of the way to it. One thread for the server and one for the link may use it at once. */
final class StoreSabotage {
    private static final int PATIENCE_MILLIS = 5_000;
    private static final Duration LATENCY = Duration.ofMillis(700);
    private static final int DEAD_PORT = 1;

    private final PrivateRedis redis;
    private final StoreProxy proxy;

    StoreSabotage(PrivateRedis redis, StoreProxy proxy) {
        this.redis = redis;
        this.proxy = proxy;
    }

    void begin(FaultKind kind, int lengthMillis) {
        switch (kind) {
            case STORE_KILL -> redis.kill();
            case STORE_FREEZE -> redis.freeze();
            case STORE_BUSY -> beBusy();
            case STORE_PAUSE -> tell(jedis -> jedis.clientPause(lengthMillis, ClientPauseMode.ALL));
            case STORE_SCRIPT_FLUSH -> tell(jedis -> jedis.scriptFlush(FlushMode.SYNC));
            case STORE_OUT_OF_MEMORY -> tell(jedis -> jedis.configSet("maxmemory", "1"));
            case STORE_READ_ONLY -> tell(jedis -> jedis.replicaof("127.0.0.1", DEAD_PORT));
            case LINK_SLOW -> proxy.latency(LATENCY);
            case LINK_HALF_OPEN -> proxy.swallowReplies(true);
            case LINK_CUT -> proxy.cut();
            case LINK_REPLY_LOST -> proxy.loseReplies(3);
            default -> throw new IllegalArgumentException(kind + " is no fault of the store");
        }
    }

    void end(FaultKind kind) {
        switch (kind) {
            case STORE_KILL -> redis.restart();
            case STORE_FREEZE -> redis.thaw();
            case STORE_BUSY -> tell(Jedis::scriptKill);
            case STORE_PAUSE, STORE_SCRIPT_FLUSH -> {} // over by themselves
            case STORE_OUT_OF_MEMORY -> tell(jedis -> jedis.configSet("maxmemory", "0"));
            case STORE_READ_ONLY -> tell(Jedis::replicaofNoOne);
            case LINK_SLOW, LINK_HALF_OPEN, LINK_CUT, LINK_REPLY_LOST -> proxy.mend();
            default -> throw new IllegalArgumentException(kind + " is no fault of the store");
        }
    }

    private interface Command {
        Object on(Jedis jedis);
    }

    /** Past the proxy, on a connection of its own. */
    private void tell(Command command) {
        try (Jedis jedis = new Jedis("127.0.0.1", redis.port(), PATIENCE_MILLIS)) {
            var unused = command.on(jedis);
        }
    }

    /** The script ends by SCRIPT KILL, so its caller waits in a thread of its own. */
    private void beBusy() {
        Thread caller = new Thread(
                () -> {
                    try (Jedis jedis = new Jedis("127.0.0.1", redis.port(), 60_000)) {
                        var unused = jedis.eval("while true do end");
                    } catch (JedisException killed) {
                        // as it should be
                        return;
                    }
                },
                "busy script");
        caller.setDaemon(true);
        caller.start();
    }
}
