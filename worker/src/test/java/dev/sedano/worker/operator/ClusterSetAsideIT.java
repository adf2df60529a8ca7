package dev.sedano.worker.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.services.PrivateRedisCluster;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.RenewReply;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.idempotency.redis.RedisEndpoint;
import dev.sedano.worker.idempotency.redis.RedisServers;
import dev.sedano.worker.idempotency.redis.RedisStoreSettings;
import dev.sedano.worker.idempotency.redis.RedisStores;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** {@code sedano parked} where the markers are in a cluster and the results on one server. */
class ClusterSetAsideIT {
    private static final int PARTITIONS = 5;
    private static final int TASKS = 6;
    private static final String QUEUE = "charges";
    private static final String SECRET = "secret-account";

    @Test
    void parkedWork_isShown_runAgain_orDone_inEveryPartition() throws Exception {
        try (PrivateRedisCluster cluster = PrivateRedisCluster.start();
                OperatorBench bench = new OperatorBench()) {
            bench.environment.put("SEDANO_IDEMPOTENCY_STORE", cluster.url());
            parkTasks(bench, cluster);

            assertThat(bench.sedano("parked", "list", "-Q", QUEUE))
                    .as(bench.err)
                    .isZero();
            for (int i = 0; i < TASKS; i++) {
                assertThat(bench.out).contains("t" + i).doesNotContain(SECRET);
            }
            assertThat(bench.sedano("parked", "show", "t0", "-Q", QUEUE)).isZero();
            assertThat(bench.out).contains("w1@a");
            for (int i = 0; i < TASKS; i += 2) {
                assertThat(bench.sedano("parked", "rerun", "t" + i, "-Q", QUEUE))
                        .as(bench.err)
                        .isZero();
                assertThat(bench.sedano("parked", "done", "t" + (i + 1), "-Q", QUEUE, "--failure", "no"))
                        .as(bench.err)
                        .isZero();
            }

            assertThat(bench.waiting(QUEUE)).isEqualTo(TASKS / 2);
            assertThat(bench.waiting(QUEUE + ".parked")).isZero();
            assertThat(bench.sedano("keys", "show", "t1")).isZero();
            assertThat(bench.out).contains("completed", "FAILURE");
            assertThat(bench.jedis.get("celery-task-meta-t1")).contains("FAILURE");
            assertThat(bench.sedano("explain", "t1")).isZero();
            assertThat(bench.out).contains("parked-done", "What the caller finds", "FAILURE");
            assertThat(bench.sedano("audit")).isZero();
            assertThat(bench.out.split("parked-rerun", -1)).hasSize(TASKS / 2 + 1);
            assertThat(bench.out.split("parked-done", -1)).hasSize(TASKS / 2 + 1);
        }
    }

    /** What a worker leaves of tasks whose owner vanished. */
    private static void parkTasks(OperatorBench bench, PrivateRedisCluster cluster) throws Exception {
        RedisServers servers = new RedisServers.Cluster(cluster.nodes().stream()
                .map(each -> new RedisEndpoint("127.0.0.1", each.port(), 0, null, null, null))
                .toList());
        bench.channel.queueDeclare(QUEUE, true, false, false, null);
        try (IdempotencyStore store = RedisStores.open(RedisStoreSettings.builder(servers)
                .namespace(bench.namespace)
                .partitions(PARTITIONS)
                .callDeadline(Duration.ofSeconds(5))
                .build())) {
            get(store.hello());
            for (int i = 0; i < TASKS; i++) {
                String id = "t" + i;
                TaskKey key = TaskKey.ofTaskId(id);
                ClaimReply.Granted granted = (ClaimReply.Granted) get(store.claim(new IdempotencyStore.Claim(
                        key,
                        "n" + i,
                        0,
                        OperatorBench.fingerprint(id, SECRET),
                        id,
                        Duration.ofSeconds(60),
                        Duration.ofDays(7),
                        false,
                        "w1@a",
                        IdempotencyStore.AfterLeaseLoss.PARK,
                        3)));
                assertThat(get(store.park(new IdempotencyStore.Parking(key, granted.token(), id, "w1@a"))))
                        .isEqualTo(RenewReply.RENEWED);
                bench.setAside(QUEUE, "parked", id, SECRET, "parked");
            }
        }
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }
}
