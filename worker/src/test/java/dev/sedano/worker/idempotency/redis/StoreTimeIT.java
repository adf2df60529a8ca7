package dev.sedano.worker.idempotency.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.idempotency.ClaimReply;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** The lifetimes of marker and result, and a clock that jumps. */
class StoreTimeIT extends StoreFaultFixture {
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
}
