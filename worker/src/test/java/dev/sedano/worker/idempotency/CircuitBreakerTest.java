package dev.sedano.worker.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.worker.time.Ticker;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
    private final InMemoryIdempotencyStore store = new InMemoryIdempotencyStore();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final AtomicInteger defects = new AtomicInteger();
    private final List<Long> ceilings = new CopyOnWriteArrayList<>();
    private final CircuitBreaker breaker = new CircuitBreaker(
            store,
            timer,
            Ticker.system(),
            new CircuitBreaker.Listener() {
                @Override
                public void opened(@Nullable StoreException cause) {
                    told.add("opened");
                }

                @Override
                public void recovering() {
                    told.add("recovering");
                    if (defects.getAndDecrement() > 0) {
                        throw new IllegalStateException("a listener's defect");
                    }
                }

                @Override
                public void halfOpened(Duration outage) {
                    told.add("half open");
                }
            },
            ceiling -> {
                ceilings.add(ceiling);
                return 0;
            });

    @AfterEach
    void end() {
        breaker.close();
        timer.shutdownNow();
    }

    private static StoreException down() {
        return new StoreException(StoreException.Kind.CONNECT, StoreException.Effect.NONE, "told to be down", null);
    }

    @Test
    void firstFailure_opens_andSeveralAreOneOutage() {
        store.failWith(down());
        breaker.failed(down());
        breaker.failed(down());

        await().until(() -> ceilings.size() >= 2);
        assertThat(breaker.allowsClaims()).isFalse();
        assertThat(told).containsExactly("opened");
    }

    @Test
    void probes_backOffFromHalfASecondToTen_withFullJitter() {
        store.failWith(down());
        breaker.failed(down());

        await().until(() -> ceilings.size() >= 7);
        assertThat(ceilings.stream().limit(7)).containsExactly(500L, 1000L, 2000L, 4000L, 8000L, 10_000L, 10_000L);
    }

    @Test
    void answeredProbe_recoversFirst_thenLetsWorkComeBack_andTheFirstClaimCloses() {
        store.failWith(down());
        breaker.failed(down());
        await().until(() -> ceilings.size() >= 2);
        store.failWith(null);

        await().until(breaker::allowsClaims);
        await().until(() -> told.size() == 3);
        assertThat(told).containsExactly("opened", "recovering", "half open");
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.HALF_OPEN);
        breaker.answered();
        await().until(() -> breaker.state() == CircuitBreaker.State.CLOSED);
    }

    @Test
    void idleWorker_noticesAnOutageByItsTick() {
        breaker.start();
        store.failWith(down());

        await().atMost(Duration.ofSeconds(5)).until(() -> told.contains("opened"));
    }

    @Test
    void listenerThatFails_doesNotEndTheProbes() {
        defects.set(2);
        store.failWith(down());
        breaker.failed(down());
        await().until(() -> ceilings.size() >= 2);
        store.failWith(null);

        await().until(breaker::allowsClaims);
        await().until(() -> told.contains("half open"));
        assertThat(told).containsExactly("opened", "recovering", "recovering", "recovering", "half open");
    }

    @Test
    void storeThatThrows_isAStoreThatFailed_andIsProbedOn() {
        AtomicInteger throwing = new AtomicInteger(3);
        IdempotencyStore throwsAtFirst = (IdempotencyStore) Proxy.newProxyInstance(
                IdempotencyStore.class.getClassLoader(),
                new Class<?>[] {IdempotencyStore.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("hello") && throwing.getAndDecrement() > 0) {
                        throw new IllegalStateException("a store's defect");
                    }
                    return method.invoke(store, arguments);
                });
        CountDownLatch opened = new CountDownLatch(1);
        CountDownLatch back = new CountDownLatch(1);
        try (CircuitBreaker other = new CircuitBreaker(
                throwsAtFirst,
                timer,
                Ticker.system(),
                new CircuitBreaker.Listener() {
                    @Override
                    public void opened(@Nullable StoreException cause) {
                        opened.countDown();
                    }

                    @Override
                    public void recovering() {}

                    @Override
                    public void halfOpened(Duration outage) {
                        back.countDown();
                    }
                },
                ceiling -> 0)) {
            other.start();

            await().until(() -> opened.getCount() == 0 && back.getCount() == 0);
            assertThat(throwing.get()).isNegative();
        }
    }
}
