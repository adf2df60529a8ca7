package dev.sedano.worker.idempotency.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Effect;
import dev.sedano.worker.idempotency.StoreException.Kind;
import dev.sedano.worker.idempotency.TaskKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;

/** What the store does when the server is frozen, dead, or gone from the connection. */
class StoreOutageIT extends StoreFaultFixture {
    /** The promise is 50 ms; a shared build machine may stall longer than that by itself. */
    private static final Duration TOLERANCE = Duration.ofMillis(250);

    @Test
    void frozenServer_failsEveryCallInTime_andLateRepliesAnswerNobody() {
        get(claim("before"));
        redis.freeze();
        List<CompletableFuture<Long>> failures = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            failures.add(timeToFail(claim("frozen" + i)));
            if (i % 100 == 99) {
                Awaitility.await().pollDelay(Duration.ofMillis(60)).until(() -> true);
            }
        }
        failures.add(timeToFail(store.renew(TaskKey.ofTaskId("before"), 1, Duration.ofSeconds(30))));
        failures.add(timeToFail(store.hello()));
        for (CompletableFuture<Long> each : failures) {
            assertThat(get(each)).isLessThan(DEADLINE.plus(TOLERANCE).toMillis());
        }
        redis.thaw();

        Awaitility.await()
                .until(() -> !claim("probe").handle((r, e) -> e != null).get(5, TimeUnit.SECONDS));
        for (int i = 0; i < 200; i++) {
            String id = "after" + i;
            ClaimReply.Granted granted = (ClaimReply.Granted) get(claim(id));
            assertThat(field(id, "tok")).isEqualTo(Long.toString(granted.token()));
        }
    }

    @Test
    void frozenServerThatTakesNoMoreBytes_stillFailsInTime() {
        get(claim("before"));
        redis.freeze();
        List<CompletableFuture<Long>> failures = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            failures.add(timeToFail(store.complete(completion("big" + i, 1, new byte[500_000]))));
        }

        for (CompletableFuture<Long> each : failures) {
            assertThat(get(each)).isLessThan(DEADLINE.plus(TOLERANCE).toMillis());
        }
        redis.thaw();
        Awaitility.await()
                .until(() -> !claim("probe").handle((r, e) -> e != null).get(5, TimeUnit.SECONDS));
    }

    @Test
    void deadServer_failsAtOnceWithoutEffect_andTheRestartIsNoticed() {
        redis.kill();
        long started = System.nanoTime();
        Awaitility.await().until(() -> failure(claim("x")).kind() == Kind.CONNECT);
        StoreException refused = failure(claim("x"));
        assertThat(refused.effect()).isEqualTo(Effect.NONE);
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
        redis.restart();

        assertThat(get(claimRedelivered("x"))).isInstanceOf(ClaimReply.Unsafe.class);
    }

    @Test
    void connectionCutByTheServer_isOpenedAgain() {
        get(claim("a"));
        try (Jedis admin = redis.client()) {
            admin.sendCommand(Protocol.Command.CLIENT, "KILL", "TYPE", "normal");
        }

        Awaitility.await().until(() -> claim("b").handle((r, e) -> e == null).get(5, TimeUnit.SECONDS));
    }

    @Test
    void fullQueue_refusesAtOnce() {
        RedisStoreSettings settings = RedisStoreSettings.builder(redis.uri())
                .queueCapacity(3)
                .callDeadline(DEADLINE)
                .build();
        try (RedisIdempotencyStore small = new RedisIdempotencyStore(settings)) {
            redis.freeze();
            List<CompletableFuture<Kind>> kinds = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                kinds.add(small.claim(request("q" + i, false)).handle((r, e) -> kind(e)));
            }
            redis.thaw();
            assertThat(kinds.stream().map(StoreFaultFixture::get)).contains(Kind.QUEUE_FULL);
        }
    }

    @Test
    void closedStore_saysSo() {
        store.close();

        assertThat(failure(claim("z")).kind()).isEqualTo(Kind.CLOSED);
    }
}
