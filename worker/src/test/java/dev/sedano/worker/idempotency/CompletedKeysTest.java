package dev.sedano.worker.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CompletedKeysTest {
    private static final ClaimReply.Duplicate DONE = new ClaimReply.Duplicate(7, "a", "SUCCESS", null, null);

    private final AtomicLong nanos = new AtomicLong();
    private final CompletedKeys keys = new CompletedKeys(nanos::get);
    private final IdempotencyStore.Claim claim = new IdempotencyStore.Claim(
            TaskKey.ofTaskId("a"),
            "n",
            0,
            "f",
            "a",
            Duration.ofSeconds(30),
            Duration.ofDays(7),
            false,
            "w",
            IdempotencyStore.AfterLeaseLoss.RERUN,
            3);

    @Test
    void whatIsCompleted_isKnownUntilItsTimeIsOver() {
        keys.remember(claim, DONE, Duration.ofSeconds(5), keys.revocations());
        assertThat(keys.answer(claim.withNonce("m"))).isEqualTo(DONE);
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        assertThat(keys.answer(claim)).isNull();
    }

    @Test
    void whatAnOperatorTakesBack_isForgotten() {
        keys.remember(claim, DONE, Duration.ofSeconds(5), keys.revocations());
        keys.revoked(1);
        assertThat(keys.answer(claim)).isNull();
        keys.remember(claim, DONE, Duration.ofSeconds(5), keys.revocations());
        assertThat(keys.answer(claim)).isEqualTo(DONE);
    }

    /** The answer to the completion comes by another connection than the news of the revocation, perhaps later. */
    @Test
    void anAnswerThatOvertookARevocation_isNotRemembered() {
        long asked = keys.revocations();
        keys.revoked(1);
        keys.remember(claim, DONE, Duration.ofSeconds(5), asked);
        assertThat(keys.answer(claim)).isNull();
    }
}
