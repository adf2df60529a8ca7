package dev.sedano.worker.idempotency.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.services.PrivateRedis;
import dev.sedano.services.PrivateRedisCluster;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.StoreException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Slots that move and nodes that go, while work is claimed and completed. */
class ClusterMoveIT {
    private static final int PARTITIONS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final PrivateRedisCluster cluster = PrivateRedisCluster.start();
    private final IdempotencyStore store = RedisStores.open(RedisStoreSettings.builder(Servers.of(cluster))
            .partitions(PARTITIONS)
            .build());

    @AfterEach
    void stop() {
        store.close();
        cluster.close();
    }

    private static int slot(int partition) {
        return Slots.ofTag(PartitionCount.tag("sedano", partition, PARTITIONS));
    }

    @Test
    void movingSlot_losesNothing_andIsFollowed() {
        Calls.get(store.hello());
        Traffic traffic = Traffic.start(store, "m");
        Awaitility.await().atMost(PATIENCE).until(() -> traffic.acknowledged() > 300);
        for (int partition = 0; partition < PARTITIONS; partition += 3) {
            PrivateRedis from = cluster.owner(slot(partition));
            PrivateRedis to = cluster.nodes().stream()
                    .filter(each -> each != from)
                    .findFirst()
                    .orElseThrow();
            cluster.move(slot(partition), to);
            assertThat(cluster.owner(slot(partition))).isSameAs(to);
            int before = traffic.acknowledged();
            Awaitility.await().atMost(PATIENCE).until(() -> traffic.acknowledged() > before + 100);
        }
        traffic.close();

        assertThat(traffic.surprises()).isEmpty();
        Awaitility.await().atMost(PATIENCE).until(() -> Calls.succeeds(store.hello()));
        assertThat(traffic.forgotten()).isZero();
    }

    @Test
    void spreadsOverTheNodes() {
        Calls.get(store.hello());
        long owners = java.util.stream.IntStream.range(0, PARTITIONS)
                .mapToObj(each -> cluster.owner(slot(each)))
                .distinct()
                .count();
        assertThat(owners).isEqualTo(3);
    }

    @Test
    void nodeAway_refusesItsKeys_andTheReturnIsNoticed() {
        Calls.get(store.hello());
        PrivateRedis node = cluster.owner(slot(0));
        node.kill();

        StoreException refused = Calls.failure(store.hello());
        assertThat(refused.effect()).isNotNull();
        String lost = java.util.stream.IntStream.range(0, 1000)
                .mapToObj(each -> "k" + each)
                .filter(each -> Slots.partition(each, PARTITIONS) == 0)
                .findFirst()
                .orElseThrow();
        assertThat(Calls.failure(store.claim(Calls.claim(lost)))).isNotNull();

        node.restart();
        Awaitility.await().atMost(PATIENCE).until(() -> Calls.succeeds(store.hello()));
        Awaitility.await().atMost(PATIENCE).until(() -> Calls.succeeds(store.claim(Calls.claim(lost))));
    }
}
