package dev.sedano.worker.idempotency.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.idempotency.IdempotencyStore.Claim;
import dev.sedano.worker.idempotency.IdempotencyStore.Completion;
import dev.sedano.worker.idempotency.IdempotencyStoreContract;
import dev.sedano.worker.idempotency.PriorRun;
import dev.sedano.worker.idempotency.TaskKey;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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

    @Test
    void history_isTheLastThirtyEvents_withoutControlCharacters() {
        TaskKey key = TaskKey.explicit("scope", "history");
        for (int i = 0; i < 40; i++) {
            String taskId = i == 39 ? "last\nid" : "id" + i;
            get(store.claim(new Claim(
                    key,
                    "n" + i,
                    0,
                    i == 0 ? "f" : "g",
                    taskId,
                    Duration.ofSeconds(30),
                    Duration.ofDays(1),
                    false,
                    "w",
                    AfterLeaseLoss.RERUN,
                    3)));
            if (i == 0) {
                String token = admin.hget("sed:{sedano}:r:" + key.record(), "tok");
                get(store.complete(new Completion(
                        key,
                        Long.parseLong(token),
                        0,
                        "f",
                        "id0",
                        "SUCCESS",
                        Duration.ofDays(1),
                        0,
                        null,
                        null,
                        null,
                        false)));
            }
        }

        String[] lines = admin.hget("sed:{sedano}:r:" + key.record(), "ev").split("\n");
        assertThat(lines).hasSize(30).allMatch(line -> line.matches("\\d+ conflict 0 \\d+ [^ ]+"));
        assertThat(lines[0]).endsWith(" id10");
        assertThat(lines[29]).endsWith(" last?id");
    }

    @Test
    void operatorsRelease_letsTheKeyStartOnce_wherePolicyParks() {
        TaskKey key = TaskKey.ofTaskId("again");
        for (int run = 0; run < 2; run++) {
            get(store.claim(parking(key, "a")));
            pass(Duration.ofSeconds(31));
        }
        assertThat(get(store.claim(parking(key, "b")))).isInstanceOf(ClaimReply.Parked.class);
        admin.hset("sed:{sedano}:r:again", Map.of("st", "R", "exp", "0", "nonce", "", "ran", "1", "again", "1"));

        ClaimReply.Granted granted = (ClaimReply.Granted) get(store.claim(parking(key, "c")));
        assertThat(granted.priorRun()).isEqualTo(PriorRun.MAY_HAVE_RUN);
        get(store.start(key, granted.token()));
        pass(Duration.ofSeconds(31));
        assertThat(get(store.claim(parking(key, "d")))).isInstanceOf(ClaimReply.Parked.class);
    }

    private static Claim parking(TaskKey key, String nonce) {
        return new Claim(
                key,
                nonce,
                0,
                "f",
                "again",
                Duration.ofSeconds(30),
                Duration.ofDays(1),
                false,
                "w",
                AfterLeaseLoss.PARK,
                3);
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
