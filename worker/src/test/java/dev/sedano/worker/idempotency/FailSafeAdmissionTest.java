package dev.sedano.worker.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.time.Ticker;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever goes wrong with a claim, its answer is no lease. The timer is held, so that no breaker hides a wrong answer. */
class FailSafeAdmissionTest {
    private final InMemoryIdempotencyStore store = new InMemoryIdempotencyStore();
    private final ScheduledThreadPoolExecutor heldTimer = new ScheduledThreadPoolExecutor(1) {
        @Override
        public void execute(Runnable step) {}
    };
    private final IdempotencyChecker checker =
            new IdempotencyChecker(store, heldTimer, Ticker.system(), new NoEvents(), new NoListener());

    @AfterEach
    void end() {
        checker.close();
        heldTimer.shutdownNow();
    }

    @ParameterizedTest
    @EnumSource(StoreException.Kind.class)
    void failedClaim_isNeverARun(StoreException.Kind kind) {
        for (StoreException.Effect effect : StoreException.Effect.values()) {
            store.failWith(new StoreException(kind, effect, "told to fail", null));

            Admission admission = checker.admit(Leases.granted().claim()).join();

            assertThat(checker.breaker().allowsClaims())
                    .as("the breaker has no part in this")
                    .isTrue();
            assertThat(admission).isInstanceOf(Admission.StoreUnavailable.class);
        }
    }

    @Test
    void foreignRecord_isOneKeysMatter_whileTheStoreIsWell() {
        IdempotencyStore.Claim claim = Leases.granted().claim();
        store.occupy(claim.key());

        Admission admission = checker.admit(claim).join();

        assertThat(admission).isInstanceOf(Admission.Unclaimable.class);
        assertThat(((Admission.Unclaimable) admission).cause().kind()).isEqualTo(StoreException.Kind.FOREIGN_KEY);
    }

    private static final class NoListener implements CircuitBreaker.Listener {
        @Override
        public void opened(@Nullable StoreException cause) {}

        @Override
        public void recovering() {}

        @Override
        public void halfOpened(Duration outage) {}
    }

    private static final class NoEvents implements CheckerEvents {
        @Override
        public void answeredFromMemory() {}

        @Override
        public void unprotectedRun() {}

        @Override
        public void blocked() {}

        @Override
        public void falsePositive(Duration delay) {}

        @Override
        public void truePositive() {}

        @Override
        public void unreported() {}

        @Override
        public void zombie() {}

        @Override
        public void takeover(PriorRun priorRun) {}

        @Override
        public void storeFailed(StoreException.Kind kind) {}
    }
}
