package dev.sedano.worker.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private static final Duration LENGTH = Duration.ofSeconds(30);
    private static final long ASKED = 1_000;

    private final Lease lease = new Lease(
            new IdempotencyStore.Claim(
                    TaskKey.ofTaskId("id"),
                    "nonce",
                    0,
                    "fingerprint",
                    "id",
                    LENGTH,
                    Duration.ofDays(7),
                    false,
                    "test",
                    IdempotencyStore.AfterLeaseLoss.RERUN,
                    3),
            new ClaimReply.Granted(1, PriorRun.NONE, 0),
            ASKED);

    @Test
    void handler_mayStartOnce() {
        assertThat(lease.mayStart(ASKED)).isTrue();
        lease.start();
        assertThat(lease.mayStart(ASKED)).isFalse();
        assertThatIllegalStateException().isThrownBy(lease::start);
    }

    @Test
    void workerPausedBeyondTheLease_mustNotStart_thoughTheStoreHasNotSpokenYet() {
        assertThat(lease.mayStart(ASKED + LENGTH.toNanos() - 1)).isTrue();
        assertThat(lease.mayStart(ASKED + LENGTH.toNanos())).isFalse();
    }

    @Test
    void renewal_countsFromWhenItWasSent() {
        lease.renewed(ASKED + 5);
        assertThat(lease.mayStart(ASKED + LENGTH.toNanos() + 4)).isTrue();
        assertThat(lease.mayStart(ASKED + LENGTH.toNanos() + 5)).isFalse();
    }

    @Test
    void lostLease_mustNotStart() {
        lease.lost();
        assertThat(lease.mayStart(ASKED)).isFalse();
    }
}
