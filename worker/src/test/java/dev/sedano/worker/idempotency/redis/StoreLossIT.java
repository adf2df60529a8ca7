package dev.sedano.worker.idempotency.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.ClaimReply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** What the store notices when the server lost data, and for how long it holds copies then. */
class StoreLossIT extends StoreFaultFixture {
    @Test
    void lostWrites_areNoticedAfterARestartFromAnOldSnapshot() {
        try (Jedis admin = redis.client()) {
            get(claim("early"));
            admin.save();
        }
        for (int i = 0; i < 5; i++) {
            get(claim("late" + i));
        }
        redis.kill();
        redis.restart();

        Awaitility.await().until(() -> store.hello().handle((r, e) -> e == null).get(5, TimeUnit.SECONDS));
        assertThat(get(store.hello()).lossLeft()).isGreaterThan(Duration.ofDays(6));
    }

    @Test
    void restartedServer_holdsRedeliveredCopiesUntilEveryWorkerHasSaidHello() {
        RedisStoreSettings settings =
                RedisStoreSettings.builder(redis.uri()).callDeadline(DEADLINE).build();
        try (RedisIdempotencyStore other = new RedisIdempotencyStore(settings)) {
            get(store.hello());
            get(other.hello());
            try (Jedis admin = redis.client()) {
                admin.save();
            }
            redis.kill();
            redis.restart();

            Awaitility.await()
                    .until(() -> store.hello().handle((r, e) -> e == null).get(5, TimeUnit.SECONDS));
            assertThat(get(claimRedelivered("x"))).isInstanceOf(ClaimReply.Unsafe.class);

            Awaitility.await()
                    .until(() -> other.hello().handle((r, e) -> e == null).get(5, TimeUnit.SECONDS));
            get(other.hello());
            assertThat(get(claimRedelivered("x"))).isInstanceOf(ClaimReply.Granted.class);
        }
    }

    @Test
    void restartedServer_doesNotMakeItsOnlyWorkerWait() {
        get(store.hello());
        try (Jedis admin = redis.client()) {
            admin.save();
        }
        redis.kill();
        redis.restart();

        Awaitility.await().until(() -> store.hello().handle((r, e) -> e == null).get(5, TimeUnit.SECONDS));
        assertThat(get(claimRedelivered("x"))).isInstanceOf(ClaimReply.Granted.class);
    }

    @Test
    void serverWithoutDataAndWithoutTheScript_answersTheFirstCall() {
        try (Jedis admin = redis.client()) {
            admin.flushAll();
            admin.scriptFlush();
        }

        assertThat(get(claimRedelivered("x"))).isInstanceOf(ClaimReply.Unsafe.class);
        assertThat(get(claim("y"))).isInstanceOf(ClaimReply.Granted.class);
    }

    @Test
    void epochInStateDir_letsARestartedWorkerNoticeTheLoss(@TempDir Path dir) {
        RedisStoreSettings settings = RedisStoreSettings.builder(redis.uri())
                .stateDir(dir)
                .callDeadline(DEADLINE)
                .build();
        try (RedisIdempotencyStore first = new RedisIdempotencyStore(settings)) {
            get(first.hello());
        }
        assertThat(dir.resolve("store-sedano.epoch")).exists();
        try (Jedis admin = redis.client()) {
            admin.flushAll();
        }

        try (RedisIdempotencyStore second = new RedisIdempotencyStore(settings)) {
            assertThat(get(second.claim(request("x", true)))).isInstanceOf(ClaimReply.Unsafe.class);
            assertThat(get(second.hello()).lossLeft()).isPositive();
        }
    }
}
