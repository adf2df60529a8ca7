package dev.sedano.worker.idempotency.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sedano.services.PrivateSentinels;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.IdempotencyStoreContract;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import redis.clients.jedis.Jedis;

/** The contract on a primary that sentinels name, in four partitions. */
class SentinelStoreIT extends IdempotencyStoreContract {
    private static final int PARTITIONS = 4;
    private static PrivateSentinels sentinels;
    private static Jedis admin;
    private IdempotencyStore store;

    @BeforeAll
    static void startServers() {
        sentinels = PrivateSentinels.start();
        admin = new Jedis("127.0.0.1", sentinels.primary().port(), 5000);
    }

    @AfterAll
    static void stopServers() {
        admin.close();
        sentinels.close();
    }

    @BeforeEach
    void open() {
        admin.flushAll();
        store = RedisStores.open(RedisStoreSettings.builder(Servers.of(sentinels))
                .partitions(PARTITIONS)
                .callDeadline(Duration.ofSeconds(5))
                .build());
        get(store.hello());
        // Moving the clock is not an outage here; the grace window has tests of its own.
        health("gapms", "1000000000");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static void health(String field, String value) {
        Partitions.healthKeys("sedano", PARTITIONS).forEach(key -> admin.hset(key, field, value));
    }

    @Override
    protected IdempotencyStore store() {
        return store;
    }

    @Override
    protected void pass(Duration time) {
        health("gapms", "1000000000"); // a loss of data has taken it away
        Partitions.healthKeys("sedano", PARTITIONS).forEach(key -> admin.hincrBy(key, "off", time.toMillis()));
    }

    @Override
    protected byte @Nullable [] storedResult(String resultKey) {
        return admin.get(resultKey.getBytes(UTF_8));
    }

    @Override
    protected void storeResult(String resultKey, byte[] body) {
        admin.set(resultKey.getBytes(UTF_8), body);
    }

    @Override
    protected void loseAllData() {
        admin.flushAll();
    }

    @Override
    protected void endUnsafeWindow() {
        health("unsafe", "0");
    }
}
