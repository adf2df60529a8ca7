package dev.sedano.worker.idempotency.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.services.PrivateRedis;
import dev.sedano.services.PrivateSentinels;
import dev.sedano.worker.idempotency.Durability;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Kind;
import dev.sedano.worker.idempotency.StoreListener;
import dev.sedano.worker.idempotency.StoreStatus;
import dev.sedano.worker.idempotency.StoreStatus.Verdict;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Primaries that go, one after the other, while work is claimed and completed. */
class SentinelFailoverIT {
    private static final int FAILOVERS = "1".equals(System.getenv("SEDANO_TEST_FULL")) ? 50 : 2;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final PrivateSentinels sentinels = PrivateSentinels.start();
    private final Queue<Verdict> noticed = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() {
        sentinels.close();
    }

    private IdempotencyStore open(Durability durability, int partitions) {
        return RedisStores.open(RedisStoreSettings.builder(Servers.of(sentinels))
                .durability(durability)
                .partitions(partitions)
                .listener(new StoreListener() {
                    @Override
                    public void answered(String script, Duration elapsed) {}

                    @Override
                    public void noticed(StoreStatus status) {
                        noticed.add(status.verdict());
                    }
                })
                .build());
    }

    @Test
    void failOvers_loseNothingThatTheReplicaConfirmed_andAreNoticed() {
        try (IdempotencyStore store = open(Durability.parse("wait:1:500"), 4)) {
            Calls.get(store.hello());
            for (int i = 0; i < FAILOVERS; i++) {
                noticed.clear();
                Traffic traffic = Traffic.start(store, "f" + i + "-");
                Awaitility.await().atMost(PATIENCE).until(() -> traffic.acknowledged() > 50);

                sentinels.failOver();
                Awaitility.await().atMost(PATIENCE).until(() -> Calls.succeeds(store.hello()));
                int before = traffic.acknowledged();
                Awaitility.await().atMost(PATIENCE).until(() -> traffic.acknowledged() > before + 50);
                traffic.close();

                assertThat(traffic.surprises()).isEmpty();
                assertThat(traffic.forgotten()).as("fail-over %s", i).isZero();
                assertThat(noticed).contains(Verdict.SWITCHED).doesNotContain(Verdict.ROLLBACK, Verdict.AMNESIA);
            }
        }
    }

    @Test
    void frozenPrimary_thatWasReplaced_getsNoMoreClaims() {
        try (IdempotencyStore store = open(Durability.NONE, 1)) {
            Calls.get(store.claim(Calls.claim("a")));
            sentinels.awaitCopies(); // else the new primary would rightly be found without the store's record
            PrivateRedis old = sentinels.primary();
            old.freeze();
            sentinels.awaitAnotherThan(old);
            Awaitility.await().atMost(PATIENCE).until(() -> Calls.succeeds(store.hello()));
            old.thaw();

            Calls.get(store.claim(Calls.claim("b")));
            assertThat(noticed).contains(Verdict.SWITCHED);
            try (var admin = new redis.clients.jedis.Jedis(
                    "127.0.0.1", sentinels.primary().port(), 5000)) {
                assertThat(admin.exists("sed:{sedano}:r:b")).isTrue();
            }
        }
    }

    @Test
    void unknownService_isAFaultOfConfiguration() {
        RedisServers.Sentinels known = (RedisServers.Sentinels) Servers.of(sentinels);
        RedisServers wrong = new RedisServers.Sentinels(known.sentinels(), "nobody", known.login());
        try (RedisIdempotencyStore store =
                new RedisIdempotencyStore(RedisStoreSettings.builder(wrong).build())) {
            StoreException refused = Calls.failure(store.hello());
            assertThat(refused.kind()).isEqualTo(Kind.NOT_PERMITTED);
            assertThat(refused).hasMessageContaining("'nobody'");
        }
    }
}
