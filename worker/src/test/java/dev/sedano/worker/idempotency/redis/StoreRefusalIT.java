package dev.sedano.worker.idempotency.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.BlockedDelivery;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.CompleteReply;
import dev.sedano.worker.idempotency.IdempotencyStore.Completion;
import dev.sedano.worker.idempotency.IdempotencyStore.HandOff;
import dev.sedano.worker.idempotency.IdempotencyStore.Parking;
import dev.sedano.worker.idempotency.IdempotencyStore.ResultWrite;
import dev.sedano.worker.idempotency.IdempotencyStore.StepChange;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Effect;
import dev.sedano.worker.idempotency.StoreException.Kind;
import dev.sedano.worker.idempotency.StoreStatus.Verdict;
import dev.sedano.worker.idempotency.TaskKey;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** What the store does when the server answers, but refuses: nothing of a refused call is written. */
class StoreRefusalIT extends StoreFaultFixture {
    @Test
    void readOnlyServer_isUnable() {
        // Once it is noticed, new connections are refused as those to a replica.
        refuses("READONLY|is a replica", admin -> admin.replicaof("127.0.0.1", 1), Jedis::replicaofNoOne);

        assertThat(get(claim("b"))).isInstanceOf(ClaimReply.Granted.class);
    }

    @Test
    void missingReplicas_areRefused() {
        refuses(
                "NOREPLICAS",
                admin -> admin.configSet("min-replicas-to-write", "1"),
                admin -> admin.configSet("min-replicas-to-write", "0"));
    }

    @Test
    void failedSnapshots_areRefused() {
        refuses(
                "MISCONF",
                admin -> {
                    // A folder in the place of the snapshot, which no file can replace.
                    assertThat(redis.folder().resolve("dump.rdb").toFile().mkdir())
                            .isTrue();
                    admin.configSet("save", "3600 1");
                    admin.bgsave();
                    Awaitility.await().until(() -> admin.info("persistence").contains("rdb_last_bgsave_status:err"));
                },
                admin -> admin.configSet("save", ""));
    }

    @Test
    void loadingServer_isUnable() {
        get(claim("before"));
        try (Jedis admin = redis.client()) {
            // The server looks at its clients after so many bytes as one of these has, and rests 20 ms at each.
            admin.configSet("rdbcompression", "no");
            for (int i = 0; i < 200; i++) {
                admin.set("filler" + i, "x".repeat(2_000));
            }
            admin.save();
        }
        redis.kill();
        redis.restartLoading();

        AtomicInteger tries = new AtomicInteger();
        Awaitility.await()
                .until(() ->
                        failure(claim("a" + tries.incrementAndGet())).toString().contains("LOADING"));
        Awaitility.await().until(() -> claim("b").handle((r, e) -> e == null).get(5, TimeUnit.SECONDS));
        assertThat(field("a" + tries.get(), "st")).isNull();
    }

    @Test
    void clusterWithoutSlots_isUnable() {
        try (PrivateRedis node = new PrivateRedis("--cluster-enabled", "yes");
                RedisIdempotencyStore onNode = open(node.uri())) {
            StoreException down = failure(onNode.hello());

            assertThat(down).hasMessageContaining("CLUSTERDOWN");
            assertThat(down.kind()).isEqualTo(Kind.SERVER_UNABLE);
            assertThat(down.effect()).isEqualTo(Effect.NONE);
        }
    }

    @Test
    void slotOnAnotherNode_isUnable() {
        try (PrivateRedis asked = new PrivateRedis("--cluster-enabled", "yes");
                PrivateRedis owner = new PrivateRedis("--cluster-enabled", "yes");
                Jedis askedAdmin = asked.client();
                Jedis ownerAdmin = owner.client();
                RedisIdempotencyStore onAsked = open(asked.uri())) {
            ownerAdmin.clusterAddSlots(IntStream.range(0, 16_384).toArray());
            askedAdmin.clusterMeet("127.0.0.1", owner.port());
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> askedAdmin.clusterInfo().contains("cluster_state:ok"));

            StoreException moved = failure(onAsked.hello());
            assertThat(moved).hasMessageContaining("MOVED");
            assertThat(moved.kind()).isEqualTo(Kind.SERVER_UNABLE);
            assertThat(moved.effect()).isEqualTo(Effect.NONE);
            assertThat(ownerAdmin.dbSize()).isZero();
        }
    }

    @Test
    void missingPermission_isAFaultOfConfiguration() {
        try (Jedis admin = redis.client()) {
            admin.aclSetUser("narrow", "on", ">s3cret", "~other:*", "+@all");
            Map<String, Object> before = contents(admin);
            try (RedisIdempotencyStore narrow = open(URI.create("redis://narrow:s3cret@127.0.0.1:" + redis.port()))) {
                StoreException refused = failure(narrow.claim(request("a", false)));

                assertThat(refused.kind()).isEqualTo(Kind.NOT_PERMITTED);
                assertThat(refused.effect()).isEqualTo(Effect.NONE);
                assertThat(refused).hasMessageContaining("NOPERM").hasMessageNotContaining("s3cret");
            }
            assertThat(contents(admin)).isEqualTo(before);
        }
    }

    @Test
    void recordOfAnotherType_isNoOutage() {
        try (Jedis admin = redis.client()) {
            admin.rpush("sed:{sedano}:r:w", "theirs");
            Map<String, Object> before = contents(admin);
            for (CompletableFuture<?> call : calls("w", 1)) {
                StoreException foreign = failure(call);
                assertThat(foreign.kind()).isEqualTo(Kind.FOREIGN_KEY);
                assertThat(foreign.effect()).isEqualTo(Effect.NONE);
                assertThat(foreign).hasMessageContaining("WRONGTYPE").hasMessageContaining("TYPE, and remove");
            }
            assertThat(contents(admin)).isEqualTo(before);
        }

        assertThat(get(claim("other"))).isInstanceOf(ClaimReply.Granted.class);
    }

    /** Every kind of call is refused for the reason (a pattern), writes nothing, and works once the cause is gone. */
    private void refuses(String reason, Consumer<Jedis> raise, Consumer<Jedis> repair) {
        ClaimReply.Granted granted = (ClaimReply.Granted) get(claim("m"));
        try (Jedis admin = redis.client()) {
            Map<String, Object> before = contents(admin);
            raise.accept(admin);
            List<CompletableFuture<?>> calls = new ArrayList<>(calls("m", granted.token()));
            calls.add(claim("other"));
            for (CompletableFuture<?> call : calls) {
                StoreException refused = failure(call);
                assertThat(refused.getMessage()).containsPattern(reason);
                assertThat(refused.kind()).isEqualTo(Kind.SERVER_UNABLE);
                assertThat(refused.effect()).isEqualTo(Effect.NONE);
            }
            repair.accept(admin);
            assertThat(contents(admin)).isEqualTo(before);
        }
        assertThat(get(store.complete(completion("m", granted.token(), "{}".getBytes(UTF_8)))))
                .isInstanceOf(CompleteReply.Recorded.class);
    }

    private List<CompletableFuture<?>> calls(String id, long token) {
        TaskKey key = TaskKey.ofTaskId(id);
        return List.of(
                claim(id),
                store.renew(key, token, Duration.ofSeconds(30)),
                store.complete(completion(id, token, "{}".getBytes(UTF_8))),
                store.handOff(handOff(id, token)),
                store.settle(key, token),
                store.start(key, token),
                store.step(key, token, new StepChange.Begin("s")),
                store.park(new Parking(key, token, id, "w")),
                store.release(key, "nfalse"));
    }

    private static HandOff handOff(String id, long token) {
        return new HandOff(
                TaskKey.ofTaskId(id),
                token,
                0,
                "f",
                id,
                1,
                "",
                Duration.ofHours(1),
                0,
                new ResultWrite("result:" + id, "{}".getBytes(UTF_8), Duration.ofMinutes(1)),
                "next".getBytes(UTF_8));
    }

    private static Map<String, Object> contents(Jedis admin) {
        Map<String, Object> contents = new TreeMap<>();
        for (String key : admin.keys("*")) {
            contents.put(
                    key,
                    switch (admin.type(key)) {
                        case "hash" -> admin.hgetAll(key);
                        case "list" -> admin.lrange(key, 0, -1);
                        default -> admin.get(key);
                    });
        }
        return contents;
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
    void foreignTypeOfTheBlocksKey_costsTheirVerdicts_neverTheOutcome() {
        TaskKey key = TaskKey.ofTaskId("w");
        ClaimReply.Granted granted = (ClaimReply.Granted) get(claim("w"));
        get(store.reportBlocked(new BlockedDelivery("x", key, 0, store.estimatedNow())));
        try (Jedis admin = redis.client()) {
            admin.del("sed:{sedano}:b:w");
            admin.set("sed:{sedano}:b:w", "theirs");
            assertThat(get(store.handOff(handOff("w", granted.token()))))
                    .isEqualTo(new CompleteReply.Recorded(false, true, List.of(), 1));
            assertThat(get(store.handOff(handOff("w", granted.token()))))
                    .isEqualTo(new CompleteReply.Recorded(true, true, List.of()));

            granted = (ClaimReply.Granted) get(store.claim(request("v", false)));
            key = TaskKey.ofTaskId("v");
            get(store.reportBlocked(new BlockedDelivery("y", key, 0, store.estimatedNow())));
            admin.del("sed:{sedano}:b:v");
            admin.set("sed:{sedano}:b:v", "theirs");
            Completion done = completion("v", granted.token(), "{}".getBytes(UTF_8));
            assertThat(get(store.complete(done))).isEqualTo(new CompleteReply.Recorded(false, true, List.of(), 1));
            assertThat(get(store.complete(done))).isEqualTo(new CompleteReply.Recorded(true, true, List.of()));
            assertThat(field("v", "st")).isEqualTo("C");
            assertThat(failure(store.reportBlocked(new BlockedDelivery("z", key, 0, 1)))
                            .kind())
                    .isEqualTo(Kind.FOREIGN_KEY);
        }
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
}
