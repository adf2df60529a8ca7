package dev.sedano.worker.idempotency.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sedano.services.PrivateRedis;
import dev.sedano.services.PrivateRedisCluster;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.IdempotencyStoreContract;
import dev.sedano.worker.idempotency.TaskKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;

/** The contract on a cluster of three primaries, in eight partitions. */
class ClusterStoreIT extends IdempotencyStoreContract {
    private static final int PARTITIONS = 8;
    private static PrivateRedisCluster cluster;
    private static RedisClusterClient admin;
    private IdempotencyStore store;

    @BeforeAll
    static void startServers() {
        cluster = PrivateRedisCluster.start();
        admin = RedisClusterClient.create(
                new HostAndPort("127.0.0.1", cluster.nodes().get(0).port()));
    }

    @AfterAll
    static void stopServers() {
        admin.close();
        cluster.close();
    }

    @BeforeEach
    void open() {
        loseAllData();
        store = RedisStores.open(RedisStoreSettings.builder(Servers.of(cluster))
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

    /** Beside the marker: what a worker does not do in a cluster, because Celery's keys carry no hash tag. */
    @Override
    protected String placed(TaskKey of, String resultKey) {
        int partition = Slots.partition(of.record(), PARTITIONS);
        String placed = resultKey + "{" + PartitionCount.tag("sedano", partition, PARTITIONS) + "}";
        admin.set("placed:" + resultKey, placed);
        return placed;
    }

    @Override
    protected byte @Nullable [] storedResult(String resultKey) {
        String placed = admin.get("placed:" + resultKey);
        return placed == null ? null : admin.get(placed.getBytes(UTF_8));
    }

    @Override
    protected void storeResult(String resultKey, byte[] body) {
        TaskKey key = TaskKey.ofTaskId(resultKey.substring(resultKey.indexOf(':') + 1));
        admin.set(placed(key, resultKey).getBytes(UTF_8), body);
    }

    @Override
    protected void loseAllData() {
        for (PrivateRedis each : cluster.nodes()) {
            try (Jedis node = new Jedis("127.0.0.1", each.port(), 5000)) {
                node.flushAll();
            }
        }
    }

    @Override
    protected void endUnsafeWindow() {
        health("unsafe", "0");
    }
}
