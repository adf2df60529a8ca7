package dev.sedano.worker.idempotency.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.idempotency.IdempotencyStore.Claim;
import dev.sedano.worker.idempotency.RenewReply;
import dev.sedano.worker.idempotency.TaskKey;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** A silence of the store in which leases run out is no worker's death, however short the leases are. */
class OutageAndLeasesIT {
    private static final String HEALTH = "sed:{sedano}:h";
    private static final Duration SHORT = Duration.ofSeconds(5);
    private static final TaskKey KEY = TaskKey.ofTaskId("id");

    private static PrivateRedis redis;
    private static Jedis admin;

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
    void empty() {
        admin.flushAll();
    }

    private static RedisIdempotencyStore store(@Nullable Duration lease) {
        return new RedisIdempotencyStore(RedisStoreSettings.builder(redis.uri())
                .callDeadline(Duration.ofSeconds(5))
                .unsafeWindow(Duration.ZERO)
                .lease(lease)
                .build());
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static ClaimReply claim(RedisIdempotencyStore store, String nonce) {
        return get(store.claim(
                new Claim(KEY, nonce, 0, "f", "id", SHORT, Duration.ofDays(7), false, "w", AfterLeaseLoss.RERUN, 3)));
    }

    /** Nobody reaches the store for this long. */
    private static void silence(Duration time) {
        admin.hincrBy(HEALTH, "off", time.toMillis());
    }

    /** Time passes while a worker ticks every second. */
    private static void time(RedisIdempotencyStore ticking, int seconds) {
        for (int i = 0; i < seconds; i++) {
            silence(Duration.ofSeconds(1));
            get(ticking.hello());
        }
    }

    @Test
    void anOutageLongerThanAShortLease_takesNoLiveWorkOver() {
        try (RedisIdempotencyStore store = store(SHORT)) {
            get(store.hello());
            ClaimReply.Granted owner = (ClaimReply.Granted) claim(store, "owner");
            silence(Duration.ofSeconds(6));

            assertThat(claim(store, "second copy")).isInstanceOf(ClaimReply.Busy.class);

            assertThat(get(store.renew(KEY, owner.token(), SHORT))).isEqualTo(RenewReply.RENEWED);
        }
    }

    @Test
    void anOwnerThatStaysAway_isReplacedAfterTheGrace() {
        try (RedisIdempotencyStore store = store(SHORT)) {
            get(store.hello());
            assertThat(claim(store, "owner")).isInstanceOf(ClaimReply.Granted.class);
            silence(Duration.ofSeconds(6));
            get(store.hello());
            time(store, 8);
            assertThat(claim(store, "second copy")).isInstanceOf(ClaimReply.Busy.class);

            time(store, 3);

            assertThat(claim(store, "second copy")).isInstanceOf(ClaimReply.Granted.class);
        }
    }

    @Test
    void aDeadOwnerWhileTheFleetTicks_isReplacedWhenItsLeaseIsOver() {
        try (RedisIdempotencyStore store = store(SHORT)) {
            get(store.hello());
            assertThat(claim(store, "owner")).isInstanceOf(ClaimReply.Granted.class);

            time(store, 6);

            assertThat(claim(store, "second copy")).isInstanceOf(ClaimReply.Granted.class);
        }
    }

    @Test
    void theShortestLeaseOfTheFleet_saysWhatAnOutageIs_untilNobodyHasItAnyMore() {
        try (RedisIdempotencyStore quick = store(SHORT);
                RedisIdempotencyStore slow = store(Duration.ofSeconds(30));
                RedisIdempotencyStore silent = store(null)) {
            get(silent.hello());
            assertThat(admin.hmget(HEALTH, "gapms", "gracems")).containsExactly(null, null);
            get(slow.hello());
            assertThat(admin.hmget(HEALTH, "gapms", "gracems")).containsExactly("15000", "30000");
            get(quick.hello());
            get(slow.hello());
            assertThat(admin.hmget(HEALTH, "gapms", "gracems")).containsExactly("2500", "30000");
            silence(Duration.ofMinutes(50));
            get(quick.hello());
            silence(Duration.ofMinutes(50));
            get(slow.hello());
            assertThat(admin.hget(HEALTH, "gapms"))
                    .as("asked for less than an hour ago")
                    .isEqualTo("2500");

            silence(Duration.ofMinutes(15));
            get(slow.hello());

            assertThat(admin.hmget(HEALTH, "gapms", "gracems")).containsExactly("15000", "30000");
        }
    }
}
