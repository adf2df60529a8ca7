package dev.sedano.worker.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.services.PrivateRedis;
import dev.sedano.services.PrivateRedisCluster;
import dev.sedano.worker.cli.SedanoCommand;
import dev.sedano.worker.idempotency.BlockedDelivery;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.idempotency.redis.RedisEndpoint;
import dev.sedano.worker.idempotency.redis.RedisServers;
import dev.sedano.worker.idempotency.redis.RedisStoreSettings;
import dev.sedano.worker.idempotency.redis.RedisStores;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The operators' commands on namespaces that workers have split into partitions. */
class PartitionedCommandsIT {
    private static final int PARTITIONS = 5;
    private static final int TASKS = 20;
    private static final String NAMESPACE = "split";

    private String url = "";
    private String out = "";
    private String err = "";

    @Test
    void oneServer() throws Exception {
        try (PrivateRedis redis = PrivateRedis.start()) {
            url = redis.url(0);
            everyCommandFindsWhatWorkersRecorded(new RedisServers.Standalone(at(redis.port())));
        }
    }

    @Test
    void cluster() throws Exception {
        try (PrivateRedisCluster cluster = PrivateRedisCluster.start()) {
            url = cluster.url();
            everyCommandFindsWhatWorkersRecorded(new RedisServers.Cluster(
                    cluster.nodes().stream().map(each -> at(each.port())).toList()));
        }
    }

    private void everyCommandFindsWhatWorkersRecorded(RedisServers servers) throws Exception {
        assertThat(sedano("store", "status")).isEqualTo(OperatorExit.NOT_FOUND);
        recordTasks(servers);

        for (int i = 0; i < TASKS; i++) {
            assertThat(sedano("keys", "show", "t" + i)).as(err).isZero();
            assertThat(out).contains("running", "w1@a");
        }
        assertThat(sedano("keys", "list", "--json")).isZero();
        assertThat(out.split("\"key\": \"t\\d+\"", -1)).hasSize(TASKS + 1);
        assertThat(sedano("blocked", "list")).isZero();
        assertThat(out.split("pending", -1)).hasSize(TASKS + 1);
        assertThat(out.split("test.charge +store_unavailable:timeout", -1)).hasSize(TASKS + 1);

        for (int i = 0; i < TASKS; i++) {
            assertThat(sedano("keys", "complete", "t" + i, "--failure", "no", "--force"))
                    .as(err)
                    .isZero();
        }
        assertThat(sedano("explain", "t7")).isZero();
        assertThat(out).contains("completed FAILURE", "keys-complete", "true positive");
        assertThat(sedano("keys", "release", "t7", "--forget")).isZero();
        assertThat(sedano("keys", "release", "t8")).isZero();
        assertThat(out).contains("is released");

        assertThat(sedano("audit", "--limit", "3", "--json")).isZero();
        assertThat(out.indexOf("\"key\": \"t8\"")).isPositive();
        assertThat(out.indexOf("\"key\": \"t7\"")).isGreaterThan(out.indexOf("\"key\": \"t8\""));
        assertThat(out.split("\"who\"", -1)).hasSize(4);
        assertThat(sedano("store", "status")).isZero();
        assertThat(out)
                .contains("partition 0", "partition " + (PARTITIONS - 1), "the server changed")
                .doesNotContain("partition " + PARTITIONS, "not used yet");
        assertThat(sedano("store", "trust", "--now")).isZero();
        assertThat(sedano("store", "status")).isZero();
        assertThat(out).contains("trusted").doesNotContain("the server changed");
        assertThat(sedano("audit")).isZero();
        assertThat(out.split(" trust ", -1)).hasSize(PARTITIONS + 1);
    }

    /** Claims of a worker, each with a delivery that was blocked. */
    private static void recordTasks(RedisServers servers) throws Exception {
        try (IdempotencyStore store = RedisStores.open(RedisStoreSettings.builder(servers)
                .namespace(NAMESPACE)
                .partitions(PARTITIONS)
                .callDeadline(Duration.ofSeconds(5))
                .build())) {
            get(store.hello());
            for (int i = 0; i < TASKS; i++) {
                TaskKey key = TaskKey.ofTaskId("t" + i);
                ClaimReply reply = get(store.claim(new IdempotencyStore.Claim(
                        key,
                        "n" + i,
                        0,
                        "f",
                        "t" + i,
                        Duration.ofSeconds(60),
                        Duration.ofDays(7),
                        false,
                        "w1@a",
                        IdempotencyStore.AfterLeaseLoss.RERUN,
                        3)));
                assertThat(reply).isInstanceOf(ClaimReply.Granted.class);
                get(store.reportBlocked(new BlockedDelivery(
                        "b" + i, key, 0, store.estimatedNow() + 1000, "test.charge", "store_unavailable:timeout")));
            }
        }
    }

    private int sedano(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--namespace", NAMESPACE, "--as", "ann@desk", "--idempotency-store", url));
        StringWriter said = new StringWriter();
        StringWriter told = new StringWriter();
        CommandLine command = SedanoCommand.commandLine(Map.of(), (config, registry) -> 99);
        int code = command.setOut(new PrintWriter(said, true))
                .setErr(new PrintWriter(told, true))
                .execute(all.toArray(String[]::new));
        out = said.toString();
        err = told.toString();
        return code;
    }

    private static RedisEndpoint at(int port) {
        return new RedisEndpoint("127.0.0.1", port, 0, null, null, null);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }
}
