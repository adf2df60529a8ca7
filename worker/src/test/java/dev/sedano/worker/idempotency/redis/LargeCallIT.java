package dev.sedano.worker.idempotency.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.CompleteReply;
import dev.sedano.worker.idempotency.IdempotencyStore.Completion;
import dev.sedano.worker.idempotency.StoreException.Kind;
import dev.sedano.worker.idempotency.TaskKey;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;

/** Follow-ups so large that a call cannot be over within its time, while the server is well. */
class LargeCallIT extends StoreFaultFixture {
    private static final int MEGABYTE = 1 << 20;

    private final SlowNetwork network = new SlowNetwork(redis.uri());
    private final RedisIdempotencyStore far = open(network.uri());

    @AfterEach
    void leave() {
        far.close();
        network.close();
    }

    private static Completion completion(String id, long token, int bytes) {
        return new Completion(
                TaskKey.ofTaskId(id),
                token,
                0,
                "f",
                id,
                "SUCCESS",
                Duration.ofHours(1),
                0,
                null,
                null,
                new byte[bytes],
                false);
    }

    private long begun(String id) {
        get(far.hello());
        return ((ClaimReply.Granted) get(far.claim(request(id, false)))).token();
    }

    @Test
    void whatMovesIsNotCut_norWhatWaitsBehindIt() {
        long token = begun("large");
        network.carries(20 * MEGABYTE);

        CompletableFuture<CompleteReply> large = far.complete(completion("large", token, 48 * MEGABYTE));
        CompletableFuture<ClaimReply> behind = far.claim(request("behind", false));

        assertThat(get(large)).isInstanceOf(CompleteReply.Recorded.class);
        assertThat(get(behind)).isInstanceOf(ClaimReply.Granted.class);
        try (Jedis admin = redis.client()) {
            admin.hset("sed:{sedano}:r:large", "fat", "0"); // as if their owner had vanished long ago
        }
        assertThat(get(far.claim(request("large", true))))
                .isInstanceOfSatisfying(
                        ClaimReply.Duplicate.class,
                        done -> assertThat(done.followUps()).hasSize(48 * MEGABYTE));
    }

    @Test
    void whatMovesOnANewConnectionIsNotCut() {
        long token = begun("large");
        network.carries(20 * MEGABYTE);
        try (Jedis admin = redis.client()) {
            admin.sendCommand(Protocol.Command.CLIENT, "KILL", "TYPE", "normal");
        }

        // The first call may find the connection dead; each is the first one of its own.
        await().ignoreExceptions()
                .until(() ->
                        get(far.complete(completion("large", token, 32 * MEGABYTE))) instanceof CompleteReply.Recorded);
    }

    @Test
    void aCallLongAfterALargeOne_isCutInTime() {
        long token = begun("large");
        network.carries(20 * MEGABYTE);
        get(far.complete(completion("large", token, 32 * MEGABYTE)));

        redis.freeze();
        CompletableFuture<Long> next = timeToFail(far.claim(request("next", false)));

        assertThat(get(next)).isLessThan(DEADLINE.plusMillis(250).toMillis());
        redis.thaw();
    }

    @Test
    void whatTricklesIsCutInTime() {
        long token = begun("large");
        network.carries(MEGABYTE / 4);

        CompletableFuture<Long> large = timeToFail(far.complete(completion("large", token, 48 * MEGABYTE)));
        CompletableFuture<Kind> behind = far.claim(request("behind", false)).handle((r, e) -> kind(e));

        assertThat(get(large)).isLessThan(DEADLINE.plusSeconds(1).toMillis());
        assertThat(get(behind)).isNotEqualTo(Kind.SCRIPT);
    }
}
