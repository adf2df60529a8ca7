package dev.sedano.worker.idempotency.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.services.PrivateRedis;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;

/** Workers that count partitions otherwise must not find each other's keys missing. */
class PartitionCountIT {
    private final PrivateRedis redis = PrivateRedis.start();

    @AfterEach
    void stop() {
        redis.close();
    }

    private IdempotencyStore open(int partitions) {
        return RedisStores.open(RedisStoreSettings.builder(Servers.of(redis))
                .partitions(partitions)
                .build());
    }

    @ParameterizedTest(name = "{0} then {1}")
    @CsvSource({"4,8", "8,4", "4,1", "1,4"})
    void anotherCount_isRefused_atHelloAndAtClaims(int first, int second) {
        try (IdempotencyStore one = open(first);
                IdempotencyStore other = open(second)) {
            assertThat(Calls.get(one.claim(Calls.claim("a")))).isInstanceOf(ClaimReply.Granted.class);

            StoreException claim = Calls.failure(other.claim(Calls.claim("b")));
            StoreException hello = Calls.failure(other.hello());

            assertThat(claim.kind()).isEqualTo(Kind.NOT_PERMITTED);
            assertThat(hello.kind()).isEqualTo(Kind.NOT_PERMITTED);
            assertThat(hello)
                    .hasMessageContaining("'sedano' is split into " + first)
                    .hasMessageContaining("--store-partitions " + first);
            assertThat(Calls.get(one.claim(Calls.claim("c")))).isInstanceOf(ClaimReply.Granted.class);
        }
    }

    @Test
    void storeOfBeforeThereWerePartitions_countsAsOne() {
        try (IdempotencyStore one = open(1);
                Jedis admin = new Jedis("127.0.0.1", redis.port(), 5000)) {
            Calls.get(one.claim(Calls.claim("a")));
            admin.del("sed:{sedano}:p");
            try (IdempotencyStore four = open(4)) {
                assertThat(Calls.failure(four.hello())).hasMessageContaining("split into 1 partitions");
            }
            Calls.get(one.hello());
            assertThat(admin.get("sed:{sedano}:p")).isEqualTo("1");
        }
    }

    @Test
    void partitionOfARecord_neverChanges() {
        assertThat(Slots.partition("7c9e6679-7425-40de-944b-e07fc1f90ae7", 16)).isEqualTo(8);
        assertThat(Slots.partition("orders.ship\0größe", 16)).isEqualTo(1);
        assertThat(Slots.partition("", 16)).isEqualTo(0);
    }
}
