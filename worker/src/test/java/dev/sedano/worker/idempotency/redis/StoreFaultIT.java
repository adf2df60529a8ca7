package dev.sedano.worker.idempotency.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.CompleteReply;
import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.idempotency.IdempotencyStore.Claim;
import dev.sedano.worker.idempotency.IdempotencyStore.Completion;
import dev.sedano.worker.idempotency.IdempotencyStore.ResultWrite;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Effect;
import dev.sedano.worker.idempotency.StoreException.Kind;
import dev.sedano.worker.idempotency.StoreStatus.Verdict;
import dev.sedano.worker.idempotency.TaskKey;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;

/** What the store does when the server is frozen, dead, full, read-only, busy or somebody else. */
class StoreFaultIT {
    private static final Duration DEADLINE = Duration.ofMillis(400);
    /** The promise is 50 ms; a shared build machine may stall longer than that by itself. */
    private static final Duration TOLERANCE = Duration.ofMillis(250);

    private final PrivateRedis redis = new PrivateRedis();
    private RedisIdempotencyStore store = open(redis.uri());

    private static RedisIdempotencyStore open(URI uri) {
        return new RedisIdempotencyStore(
                RedisStoreSettings.builder(uri).callDeadline(DEADLINE).build());
    }

    @BeforeEach
    void greet() {
        assertThat(get(store.hello()).verdict()).isEqualTo(Verdict.CREATED);
    }

    @AfterEach
    void stop() {
        store.close();
        redis.close();
    }

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
    void scriptFlush_costsNothingButATrip() {
        get(claim("a"));
        try (Jedis admin = redis.client()) {
            admin.scriptFlush();
        }
        List<CompletableFuture<ClaimReply>> replies = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            replies.add(claim("flushed" + i));
        }

        replies.forEach(each -> assertThat(get(each)).isInstanceOf(ClaimReply.Granted.class));
    }

    @Test
    void outOfMemory_isRefusedWithoutHalfAWrite() {
        outOfMemory(store);
    }

    @Test
    void outOfMemory_isRefusedWithoutHalfAWrite_alsoByTheFormForOldServers() {
        RedisStoreSettings settings =
                RedisStoreSettings.builder(redis.uri()).callDeadline(DEADLINE).build();
        try (RedisIdempotencyStore old =
                new RedisIdempotencyStore(settings, ScriptLibrary.edited((script, text) -> text, false))) {
            get(old.hello());
            outOfMemory(old);
        }
    }

    private void outOfMemory(RedisIdempotencyStore tested) {
        ClaimReply.Granted granted = (ClaimReply.Granted) get(tested.claim(request("m", false)));
        try (Jedis admin = redis.client()) {
            String before = admin.hgetAll("sed:{sedano}:h").get("n");
            admin.configSet("maxmemory", "1");
            StoreException full = failure(tested.claim(request("other", false)));
            assertThat(full.kind()).isEqualTo(Kind.SERVER_UNABLE);
            assertThat(full.effect()).isEqualTo(Effect.NONE);
            StoreException unwritten = failure(tested.complete(completion("m", granted.token(), "{}".getBytes(UTF_8))));
            assertThat(unwritten.effect()).isEqualTo(Effect.NONE);
            admin.configSet("maxmemory", "0");
            assertThat(field("m", "st")).isEqualTo("R");
            assertThat(admin.exists("result:m")).isFalse();
            assertThat(admin.hgetAll("sed:{sedano}:h").get("n")).isEqualTo(before);
        }
        assertThat(get(tested.complete(completion("m", granted.token(), "{}".getBytes(UTF_8)))))
                .isInstanceOf(CompleteReply.Recorded.class);
    }

    @Test
    void readOnlyServer_isUnable() {
        try (Jedis admin = redis.client()) {
            get(claim("a"));
            admin.replicaof("127.0.0.1", 1);
            assertThat(failure(claim("b")).kind()).isEqualTo(Kind.SERVER_UNABLE);
            admin.replicaofNoOne();
        }

        assertThat(get(store.hello()).verdict()).isEqualTo(Verdict.SWITCHED);
        assertThat(get(claim("b"))).isInstanceOf(ClaimReply.Granted.class);
    }

    @Test
    void busyServer_isUnable() {
        try (Jedis admin = redis.client();
                Jedis blocked = redis.client()) {
            admin.configSet("lua-time-limit", "1");
            Thread loop = new Thread(() -> {
                try {
                    blocked.eval("while true do end");
                } catch (RuntimeException e) {
                    assertThat(e).hasMessageContaining("killed");
                }
            });
            loop.start();
            Awaitility.await().until(() -> failureKind(claim("a")) == Kind.SERVER_UNABLE);
            admin.scriptKill();
            Awaitility.await().until(() -> !loop.isAlive());
        }

        Awaitility.await().until(() -> claim("b").handle((r, e) -> e == null).get(5, TimeUnit.SECONDS));
    }

    @Test
    void missingPassword_isAFaultOfConfiguration() {
        try (PrivateRedis locked = new PrivateRedis("--requirepass", "s3cret");
                RedisIdempotencyStore without = open(locked.uri());
                RedisIdempotencyStore wrong = open(URI.create("redis://:nope@127.0.0.1:" + locked.port()));
                RedisIdempotencyStore right = open(URI.create("redis://:s3cret@127.0.0.1:" + locked.port() + "/2"))) {
            assertThat(failure(without.hello()).kind()).isEqualTo(Kind.NOT_PERMITTED);
            StoreException refused = failure(wrong.hello());
            assertThat(refused.kind()).isEqualTo(Kind.NOT_PERMITTED);
            assertThat(refused).hasMessageNotContaining("nope");
            assertThat(get(right.hello()).verdict()).isEqualTo(Verdict.CREATED);
        }
    }

    @Test
    void evictingServer_isNotReliedOn() {
        try (Jedis admin = redis.client()) {
            admin.configSet("maxmemory-policy", "allkeys-lru");
        }

        assertThat(failure(store.hello()))
                .hasMessageContaining("maxmemory-policy")
                .hasMessageContaining("allkeys-lru")
                .hasMessageContaining("noeviction");
    }

    @Test
    void foreignKeyOfAnotherType_isPublishedToButNotOverwritten() {
        try (Jedis admin = redis.client()) {
            admin.rpush("result:w", "theirs");
            ClaimReply.Granted granted = (ClaimReply.Granted) get(claim("w"));
            CompleteReply.Recorded recorded = (CompleteReply.Recorded)
                    get(store.complete(completion("w", granted.token(), "{}".getBytes(UTF_8))));

            assertThat(recorded.resultWritten()).isFalse();
            assertThat(admin.lrange("result:w", 0, -1)).containsExactly("theirs");
            assertThat(field("w", "st")).isEqualTo("C");
        }
    }

    @Test
    void resultExpires_andSoDoesTheMarker() {
        ClaimReply.Granted granted = (ClaimReply.Granted) get(claim("t"));
        get(store.complete(completion("t", granted.token(), "{}".getBytes(UTF_8))));

        try (Jedis admin = redis.client()) {
            assertThat(admin.pttl("result:t")).isBetween(50_000L, 60_000L);
            assertThat(admin.pttl("sed:{sedano}:r:t")).isBetween(3_500_000L, 3_600_000L);
        }
    }

    @Test
    void outageLongerThanTheGap_opensAGraceWindowForLiveOwners() {
        get(claim("g"));
        try (Jedis admin = redis.client()) {
            admin.hincrBy("sed:{sedano}:h", "off", 60_000);
        }

        ClaimReply.Busy busy = (ClaimReply.Busy) get(store.claim(request("g", true)));
        assertThat(busy.left()).isBetween(Duration.ofSeconds(29), Duration.ofSeconds(30));
    }

    @Test
    void clockSetBack_neitherStretchesNorStallsALease() {
        get(claim("c"));
        try (Jedis admin = redis.client()) {
            admin.hincrBy("sed:{sedano}:h", "off", -3_600_000);
        }

        ClaimReply.Busy busy = (ClaimReply.Busy) get(store.claim(request("c", true)));
        assertThat(busy.left()).isLessThanOrEqualTo(Duration.ofSeconds(30));
    }

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
            assertThat(kinds.stream().map(StoreFaultIT::get)).contains(Kind.QUEUE_FULL);
        }
    }

    @Test
    void closedStore_saysSo() {
        store.close();

        assertThat(failure(claim("z")).kind()).isEqualTo(Kind.CLOSED);
    }

    private CompletableFuture<ClaimReply> claim(String id) {
        return store.claim(request(id, false));
    }

    private CompletableFuture<ClaimReply> claimRedelivered(String id) {
        return store.claim(request(id, true));
    }

    private static Claim request(String id, boolean redelivered) {
        return new Claim(
                TaskKey.ofTaskId(id),
                "n" + redelivered,
                0,
                "f",
                id,
                Duration.ofSeconds(30),
                Duration.ofDays(1),
                redelivered,
                "w",
                AfterLeaseLoss.RERUN,
                3);
    }

    private static Completion completion(String id, long token, byte[] body) {
        return new Completion(
                TaskKey.ofTaskId(id),
                token,
                0,
                "f",
                id,
                "SUCCESS",
                Duration.ofHours(1),
                0,
                new ResultWrite("result:" + id, body, Duration.ofMinutes(1)),
                null,
                null,
                false);
    }

    private String field(String id, String name) {
        try (Jedis admin = redis.client()) {
            return admin.hget("sed:{sedano}:r:" + id, name);
        }
    }

    /** Milliseconds from now to the failure; fails the test if the call succeeds. */
    private static <T> CompletableFuture<Long> timeToFail(CompletableFuture<T> call) {
        long started = System.nanoTime();
        return call.handle((reply, error) -> {
            assertThat(error).isInstanceOf(StoreException.class);
            return (System.nanoTime() - started) / 1_000_000;
        });
    }

    private static StoreException failure(CompletableFuture<?> call) {
        Throwable error = call.<Throwable>handle((reply, cause) -> cause == null ? new AssertionError(reply) : cause)
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
        assertThat(error).isInstanceOf(StoreException.class);
        return (StoreException) error;
    }

    private static Kind failureKind(CompletableFuture<?> call) {
        return get(call.handle((reply, cause) -> kind(cause)));
    }

    private static Kind kind(Throwable cause) {
        return cause instanceof StoreException failed ? failed.kind() : Kind.SCRIPT;
    }

    private static <T> T get(CompletableFuture<T> future) {
        try {
            return future.orTimeout(20, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw new AssertionError("the call failed", e.getCause());
        }
    }
}
