package dev.sedano.worker.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A store whose calls throw, as a defect there may, instead of returning a failed future. */
class ThrowingStoreTest {
    private final InMemoryIdempotencyStore healthy = new InMemoryIdempotencyStore();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final AtomicInteger calls = new AtomicInteger();
    private volatile String throwing = "";
    private final IdempotencyChecker checker =
            new IdempotencyChecker(store(), timer, System::nanoTime, events(), new CircuitBreaker.Listener() {
                @Override
                public void opened(@Nullable StoreException cause) {}

                @Override
                public void recovering() {}

                @Override
                public void halfOpened(Duration outage) {}
            });

    private IdempotencyStore store() {
        return (IdempotencyStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {IdempotencyStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals(throwing)) {
                        calls.incrementAndGet();
                        throw new IllegalStateException("told to throw");
                    }
                    try {
                        return method.invoke(healthy, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private CheckerEvents events() {
        return (CheckerEvents) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {CheckerEvents.class}, (proxy, method, arguments) -> null);
    }

    @AfterEach
    void end() {
        checker.close();
        timer.shutdownNow();
    }

    private Lease lease() {
        Admission admission = checker.admit(Leases.granted().claim()).join();
        return ((Admission.Run) admission).lease();
    }

    @Test
    void completion_isRepeatedUntilItIsTaken() throws Exception {
        Lease lease = lease();
        lease.start();
        throwing = "complete";
        CompletableFuture<Recording> recording = checker.record(
                lease, checker.completion(lease, Duration.ofDays(7), "SUCCESS", null, null, null, false), () -> {
                    throw new IllegalStateException("the journal throws as well");
                });
        assertThat(calls).hasValue(1);
        assertThat(recording).isNotDone();

        throwing = "";
        assertThat(recording.get(10, TimeUnit.SECONDS)).isInstanceOf(Recording.Recorded.class);
        assertThat(checker.unrecorded()).isZero();
    }

    @Test
    void claim_isNoGrant() throws Exception {
        throwing = "claim";

        assertThat(checker.admit(Leases.granted().claim()).get(10, TimeUnit.SECONDS))
                .isInstanceOf(Admission.StoreUnavailable.class);
    }

    @Test
    void renewal_isDueAgain() {
        Lease lease = lease();
        throwing = "renew";

        assertThat(checker.renewer().renewDue()).isPositive();
        assertThat(checker.owns(lease)).isCompletedExceptionally();
        assertThat(lease.isLost()).isFalse();
    }

    @Test
    void repeatedCall_doesNotStayUnderWay_norStopTheOthers() {
        RepeatedCalls<Boolean> repeated = new RepeatedCalls<>(cause -> {});
        List<String> tries = new CopyOnWriteArrayList<>();
        repeated.add(() -> {
            tries.add("first");
            if (tries.size() < 3) {
                throw new IllegalStateException("told to throw");
            }
            return CompletableFuture.completedFuture(true);
        });
        repeated.add(() -> {
            tries.add("second");
            return CompletableFuture.completedFuture(true);
        });

        repeated.repeatAll();
        repeated.repeatAll();

        assertThat(tries).containsExactly("first", "second", "first");
        assertThat(repeated.size()).isZero();
    }
}
