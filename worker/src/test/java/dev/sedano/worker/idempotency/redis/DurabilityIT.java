package dev.sedano.worker.idempotency.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.services.PrivateRedis;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.CompleteReply;
import dev.sedano.worker.idempotency.Durability;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Effect;
import dev.sedano.worker.idempotency.StoreException.Kind;
import dev.sedano.worker.idempotency.TaskKey;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** Claims and completions count only when the replica has them, if that is asked for. */
class DurabilityIT {
    private final PrivateRedis primary = PrivateRedis.start();
    private final PrivateRedis replica =
            PrivateRedis.builder().replicaOf(primary).start();

    private RedisIdempotencyStore open(String durability) {
        return new RedisIdempotencyStore(RedisStoreSettings.builder(Servers.of(primary))
                .durability(Durability.parse(durability))
                .build());
    }

    @BeforeEach
    void follow() {
        try (Jedis admin = new Jedis("127.0.0.1", primary.port(), 5000)) {
            Awaitility.await().until(() -> admin.info("replication").contains("state=online"));
        }
    }

    @AfterEach
    void stop() {
        replica.close();
        primary.close();
    }

    @Test
    void confirmedWrites_areOnTheReplicaWhenTheyAreAnswered() {
        try (RedisIdempotencyStore store = open("wait:1:500");
                Jedis copy = new Jedis("127.0.0.1", replica.port(), 5000)) {
            for (int i = 0; i < 50; i++) {
                String id = "a" + i;
                ClaimReply.Granted granted = (ClaimReply.Granted) Calls.get(store.claim(Calls.claim(id)));
                assertThat(copy.hget("sed:{sedano}:r:" + id, "st")).isEqualTo("R");
                assertThat(Calls.get(store.complete(Calls.completion(id, granted.token()))))
                        .isInstanceOf(CompleteReply.Recorded.class);
                assertThat(copy.hget("sed:{sedano}:r:" + id, "st")).isEqualTo("C");
            }
        }
    }

    @Test
    void replicaAway_refusesClaimsAndHello_untilItIsBack() {
        try (RedisIdempotencyStore store = open("wait:1:200")) {
            ClaimReply.Granted granted = (ClaimReply.Granted) Calls.get(store.claim(Calls.claim("before")));
            replica.kill();

            StoreException refused = Calls.failure(store.claim(Calls.claim("x")));
            assertThat(refused.kind()).isEqualTo(Kind.SERVER_UNABLE);
            assertThat(refused.effect()).isEqualTo(Effect.UNKNOWN);
            assertThat(refused).hasMessageContaining("0 of 1 replicas").hasMessageContaining("wait:1:200");
            assertThat(Calls.failure(store.complete(Calls.completion("before", granted.token()))))
                    .isNotNull();
            assertThat(Calls.failure(store.hello()).kind()).isEqualTo(Kind.SERVER_UNABLE);
            assertThat(Calls.get(store.renew(TaskKey.ofTaskId("before"), granted.token(), Duration.ofSeconds(30))))
                    .as("a renewal needs no confirmation")
                    .isNotNull();

            replica.restart();
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> Calls.succeeds(store.hello()));
            assertThat(Calls.get(store.claim(Calls.claim("x"))))
                    .as("the same nonce gets what it was granted unconfirmed")
                    .isInstanceOf(ClaimReply.Granted.class);
            assertThat(Calls.get(store.complete(Calls.completion("before", granted.token()))))
                    .isInstanceOf(CompleteReply.Recorded.class);
        }
    }

    @Test
    void moreReplicasThanThereAre_isRefused() {
        try (RedisIdempotencyStore store = open("wait:2:500")) {
            assertThat(Calls.failure(store.claim(Calls.claim("x")))).hasMessageContaining("1 of 2 replicas");
        }
    }

    @Test
    void waitaof_confirms_orSaysWhatItNeeds() {
        try (RedisIdempotencyStore store = open("waitaof:1:0:900");
                Jedis admin = new Jedis("127.0.0.1", primary.port(), 5000)) {
            boolean known = !admin.sendCommand(redis.clients.jedis.Protocol.Command.COMMAND, "INFO", "WAITAOF")
                    .equals(java.util.Collections.singletonList(null));
            if (known) {
                admin.configSet("appendfsync", "always");
                assertThat(Calls.get(store.claim(Calls.claim("x")))).isInstanceOf(ClaimReply.Granted.class);
                return;
            }
            StoreException refused = Calls.failure(store.hello());
            assertThat(refused.kind()).isEqualTo(Kind.NOT_PERMITTED);
            assertThat(refused).hasMessageContaining("7.2");
            assertThat(Calls.failure(store.claim(Calls.claim("x")))).hasMessageContaining("7.2");
        }
    }
}
