package dev.sedano.worker.idempotency.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.IdempotencyStoreContract;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import redis.clients.jedis.Jedis;

/** The contract on a real server. */
class RedisIdempotencyStoreIT extends IdempotencyStoreContract {
    private static final String HEALTH = "sed:{sedano}:h";
    private static PrivateRedis redis;
    private static Jedis admin;
    private RedisIdempotencyStore store;

    @BeforeAll
    static void startServer() {
        redis = new PrivateRedis();
        admin = redis.client();
    }

    @AfterAll
    static void stopServer() {
        admin.close();
        redis.close();
    }

    @BeforeEach
    void open() {
        admin.flushAll();
        store = new RedisIdempotencyStore(RedisStoreSettings.builder(redis.uri())
                .callDeadline(Duration.ofSeconds(5))
                .build());
        get(store.hello());
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Override
    protected IdempotencyStore store() {
        return store;
    }

    @Override
    protected void pass(Duration time) {
        // Moving the clock is not an outage here; the grace window has tests of its own.
        admin.hset(HEALTH, "gapms", "1000000000");
        admin.hincrBy(HEALTH, "off", time.toMillis());
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
        admin.hset(HEALTH, "unsafe", "0");
    }
}
