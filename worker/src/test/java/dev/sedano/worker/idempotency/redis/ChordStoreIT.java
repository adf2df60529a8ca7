package dev.sedano.worker.idempotency.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.StoreListener;
import dev.sedano.worker.result.ChordStore.Counted;
import dev.sedano.worker.result.ChordStore.Part;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.SetParams;

/** The keys of a chord, as Celery's own workers leave and expect them. */
class ChordStoreIT {
    private static final String GROUP = "p_celery-taskset-meta-g";
    private static final Duration TTL = Duration.ofDays(3);

    private final PrivateRedis redis = new PrivateRedis();
    private final RedisResultStore store = new RedisResultStore(
            new RedisServers.Standalone(RedisEndpoint.of(redis.uri())),
            "p_",
            Duration.ofSeconds(5),
            TTL,
            StoreListener.NONE);

    @AfterEach
    void stop() {
        store.close();
        redis.close();
    }

    private static Part part(String id, String score) {
        return new Part("g", id, score, ("[1, \"" + id + "\", \"SUCCESS\", 1]").getBytes(StandardCharsets.UTF_8));
    }

    private static <T> T get(CompletableFuture<T> future) {
        return future.orTimeout(10, TimeUnit.SECONDS).join();
    }

    @Test
    void lastPart_getsAll_byPlace_andEndsTheChordForEverybody() {
        try (Jedis client = redis.client()) {
            client.set(GROUP + ".s", "2");
            assertThat(get(store.count(part("b", "1")))).isInstanceOf(Counted.Waiting.class);
            assertThat(get(store.count(part("b", "1"))))
                    .as("told twice, counted once")
                    .isInstanceOf(Counted.Waiting.class);
            assertThat(client.smembers(GROUP + ".d")).containsExactly("b:1");

            Counted.Complete complete = (Counted.Complete) get(store.count(part("a", "0")));
            assertThat(complete.parts().stream().map(value -> new String(value, StandardCharsets.UTF_8)))
                    .containsExactly("[1, \"a\", \"SUCCESS\", 1]", "[1, \"b\", \"SUCCESS\", 1]");
            assertThat(get(store.count(part("b", "1")))).isInstanceOf(Counted.HeldByAnother.class);
            assertThat(get(store.count(part("a", "0"))))
                    .as("the same part goes on where it was left")
                    .isInstanceOf(Counted.Complete.class);

            assertThat(get(store.end(part("a", "0")))).isTrue();
            assertThat(client.get(GROUP + ".c")).isEqualTo("done");
            assertThat(client.exists(GROUP + ".j")).isFalse();
            assertThat(get(store.count(part("b", "1")))).isInstanceOf(Counted.Ended.class);
            assertThat(get(store.end(part("b", "1")))).isFalse();
        }
    }

    @Test
    void partsOfAFailedChord_canBeRead_butNeverCompleteItAgain() {
        try (Jedis client = redis.client()) {
            client.set(GROUP + ".s", "1");
            assertThat(get(store.count(part("a", "0")))).isInstanceOf(Counted.Complete.class);

            assertThat(get(store.fail(part("a", "0")))).isTrue();

            assertThat(client.zrange(GROUP + ".j", 0, -1)).containsExactly("[1, \"a\", \"SUCCESS\", 1]");
            assertThat(client.ttl(GROUP + ".j")).isPositive();
            assertThat(get(store.count(part("a", "0")))).isInstanceOf(Counted.Ended.class);
            client.del(GROUP + ".c"); // as after its five minutes
            assertThat(get(store.count(part("a", "0")))).isInstanceOf(Counted.Waiting.class);
        }
    }

    @Test
    void addedTasks_andTasksWithoutPlace_count() {
        try (Jedis client = redis.client()) {
            client.set(GROUP + ".s", "1");
            client.incr(GROUP + ".t");
            assertThat(get(store.count(part("a", "+inf")))).isInstanceOf(Counted.Waiting.class);
            assertThat(get(store.count(part("b", "0")))).isInstanceOf(Counted.Complete.class);
            assertThat(client.smembers(GROUP + ".d")).containsExactlyInAnyOrder("a:+inf", "b:0");
        }
    }

    @Test
    void sizeIsToldOnce_evenAfterTheEnd_andKeepsTheClaimOfOthers() {
        byte[] header = "{\"result\": []}".getBytes(StandardCharsets.UTF_8);
        try (Jedis client = redis.client()) {
            assertThat(get(store.begin("g", 1, header))).isTrue();
            assertThat(client.get(GROUP + ".s")).isEqualTo("1");
            assertThat(client.ttl(GROUP + ".s")).isPositive();
            assertThat(client.get(GROUP)).isEqualTo("{\"result\": []}");
            assertThat(get(store.begin("g", 1, header))).isFalse();

            assertThat(get(store.count(part("a", "0")))).isInstanceOf(Counted.Complete.class);
            assertThat(get(store.end(part("a", "0")))).isTrue();
            client.del(GROUP + ".c"); // as after its five minutes
            assertThat(get(store.begin("g", 1, header))).isFalse();
            assertThat(client.exists(GROUP + ".s")).isFalse();
            assertThat(get(store.count(part("a", "0")))).isInstanceOf(Counted.Waiting.class);
        }
    }

    @Test
    void sizeThatAPythonWorkerTold_stays_andAdditionsCountOnce() {
        try (Jedis client = redis.client()) {
            client.set(GROUP + ".s", "1");
            assertThat(get(store.begin("g", 1, null))).isTrue();
            assertThat(client.get(GROUP + ".s")).isEqualTo("1");
            assertThat(get(store.add("g", "more", 1))).isTrue();
            assertThat(get(store.add("g", "more", 1))).isFalse();
            assertThat(client.get(GROUP + ".t")).isEqualTo("1");
            assertThat(get(store.count(part("a", "0")))).isInstanceOf(Counted.Waiting.class);
            assertThat(get(store.count(part("more", "0")))).isInstanceOf(Counted.Complete.class);
        }
    }

    @Test
    void keysLiveAsLongAsResults_theMemoryOfWhatWasToldLonger() {
        try (Jedis client = redis.client()) {
            byte[] header = "{\"result\": []}".getBytes(StandardCharsets.UTF_8);
            assertThat(get(store.begin("g", 3, header))).isTrue();
            assertThat(get(store.add("g", "more", 1))).isTrue();
            get(store.count(part("a", "0")));

            for (String key : List.of("", ".s", ".t", ".j", ".d")) {
                assertThat(client.ttl(GROUP + key)).as(key).isBetween(TTL.toSeconds() - 60, TTL.toSeconds());
            }
            assertThat(client.ttl(GROUP + ".sedano")).isGreaterThan(TTL.toSeconds());
        }
    }

    @Test
    void whatNeverExpires_keepsTheTimeThatAPythonWorkerGave() {
        try (Jedis client = redis.client();
                RedisResultStore forEver = new RedisResultStore(
                        new RedisServers.Standalone(RedisEndpoint.of(redis.uri())),
                        "p_",
                        Duration.ofSeconds(5),
                        null,
                        StoreListener.NONE)) {
            client.set(GROUP + ".s", "3", SetParams.setParams().ex(1_000));
            assertThat(get(forEver.begin("g", 3, null))).isTrue();
            assertThat(get(forEver.add("g", "more", 1))).isTrue();
            get(forEver.count(part("a", "0")));

            assertThat(client.ttl(GROUP + ".s")).isBetween(940L, 1_000L);
            assertThat(client.ttl(GROUP + ".t")).isEqualTo(-1);
            assertThat(client.ttl(GROUP + ".j")).isEqualTo(-1);
            assertThat(client.ttl(GROUP + ".sedano")).isPositive();
        }
    }

    @Test
    void resultsAreReadInOrder() {
        try (Jedis client = redis.client()) {
            client.set("p_celery-task-meta-x", "1");
            List<byte[]> read = get(store.read(List.of("none", "x")));
            assertThat(read.get(0)).isNull();
            assertThat(read.get(1)).containsExactly('1');
        }
    }
}
