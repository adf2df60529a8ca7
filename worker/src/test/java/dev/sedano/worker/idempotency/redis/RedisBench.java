package dev.sedano.worker.idempotency.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.StoreSchedule;
import dev.sedano.worker.idempotency.TaskKey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;

/** A store on a private server, seen from both sides. */
final class RedisBench implements StoreSchedule.Bench, AutoCloseable {
    private static final String HEALTH = "sed:{sedano}:h";
    private final Jedis admin;
    private final RedisIdempotencyStore store;

    RedisBench(PrivateRedis redis, ScriptLibrary scripts) {
        this.admin = redis.client();
        admin.flushAll();
        RedisStoreSettings settings = RedisStoreSettings.builder(redis.uri())
                .callDeadline(Duration.ofSeconds(10))
                .unsafeWindow(Duration.ZERO)
                .build();
        this.store = new RedisIdempotencyStore(settings, scripts);
        store.hello().orTimeout(20, TimeUnit.SECONDS).join();
        admin.hset(HEALTH, "gapms", "1000000000");
    }

    @Override
    public IdempotencyStore store() {
        return store;
    }

    @Override
    public void advance(Duration time) {
        admin.hincrBy(HEALTH, "off", time.toMillis());
    }

    @Override
    public long now() {
        var time = admin.time();
        String off = admin.hget(HEALTH, "off");
        return Long.parseLong(time.get(0)) * 1000
                + Long.parseLong(time.get(1)) / 1000
                + (off == null ? 0 : Long.parseLong(off));
    }

    @Override
    public void storeResult(String resultKey, byte[] body) {
        admin.set(resultKey.getBytes(UTF_8), body);
        admin.expire(resultKey.getBytes(UTF_8), 1000);
    }

    @Override
    public byte @Nullable [] result(String resultKey) {
        return admin.get(resultKey.getBytes(UTF_8));
    }

    @Override
    public boolean expires(TaskKey key, String resultKey) {
        // The marker outlives the record of unfinished work, which is kept for a day here.
        return admin.pttl("sed:{sedano}:r:" + key.record()) > Duration.ofDays(6).toMillis()
                && admin.pttl(resultKey) > 0;
    }

    @Override
    public List<String> history(TaskKey key) {
        String lines = admin.hget("sed:{sedano}:r:" + key.record(), "ev");
        return lines == null
                ? List.of()
                : lines.lines().map(line -> line.split(" ", 3)[1]).toList();
    }

    @Override
    public void close() {
        store.close();
        admin.close();
    }
}
