package dev.sedano.worker.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.worker.time.Ticker;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The reply of a claim is lost, and its repetition is refused because the store is gone by then. */
class LostClaimReplyTest {
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final AtomicInteger claims = new AtomicInteger();
    private final List<Object> released = new CopyOnWriteArrayList<>();
    private final IdempotencyStore healthy = new InMemoryIdempotencyStore();

    @AfterEach
    void end() {
        timer.shutdownNow();
    }

    @Test
    void theClaimThatMayHaveBeenExecuted_isReleased() {
        IdempotencyChecker checker =
                new IdempotencyChecker(store(), timer, Ticker.system(), events(), new CircuitBreaker.Listener() {
                    @Override
                    public void opened(@Nullable StoreException cause) {}

                    @Override
                    public void recovering() {}

                    @Override
                    public void halfOpened(Duration outage) {}
                });
        IdempotencyStore.Claim claim = new IdempotencyStore.Claim(
                TaskKey.ofTaskId("t"),
                "nonce",
                0,
                "fingerprint",
                "t",
                Duration.ofSeconds(30),
                Duration.ofDays(7),
                false,
                "test",
                IdempotencyStore.AfterLeaseLoss.RERUN,
                3);

        assertThat(checker.admit(claim).join()).isInstanceOf(Admission.StoreUnavailable.class);
        await().atMost(Duration.ofSeconds(5)).until(() -> released.contains("nonce"));
        assertThat(claims).hasValue(2);
        checker.close();
    }

    private IdempotencyStore store() {
        return (IdempotencyStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {IdempotencyStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("claim")) {
                        return CompletableFuture.failedFuture(
                                claims.incrementAndGet() == 1
                                        ? failure(StoreException.Kind.CONNECTION_LOST, StoreException.Effect.UNKNOWN)
                                        : failure(StoreException.Kind.CONNECT, StoreException.Effect.NONE));
                    } else if (method.getName().equals("release")) {
                        released.add(arguments[1]);
                    }
                    return method.invoke(healthy, arguments);
                });
    }

    private static StoreException failure(StoreException.Kind kind, StoreException.Effect effect) {
        return new StoreException(kind, effect, "told to fail", null);
    }

    private static CheckerEvents events() {
        return (CheckerEvents) Proxy.newProxyInstance(
                CheckerEvents.class.getClassLoader(),
                new Class<?>[] {CheckerEvents.class},
                (proxy, method, arguments) -> null);
    }
}
