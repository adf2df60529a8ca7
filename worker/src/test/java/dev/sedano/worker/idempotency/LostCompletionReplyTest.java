package dev.sedano.worker.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A completion is executed and its reply is lost: until it is repeated, its own lease cannot be renewed any more. */
class LostCompletionReplyTest {
    private final ScheduledThreadPoolExecutor heldTimer = new ScheduledThreadPoolExecutor(1) {
        @Override
        public void execute(Runnable step) {}
    };
    private final IdempotencyStore healthy = new InMemoryIdempotencyStore();
    private final AtomicInteger completions = new AtomicInteger();
    private final AtomicInteger renewals = new AtomicInteger();
    private final AtomicInteger zombies = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong();
    private final IdempotencyChecker checker =
            new IdempotencyChecker(store(), heldTimer, nanos::get, events(), new CircuitBreaker.Listener() {
                @Override
                public void opened(@Nullable StoreException cause) {}

                @Override
                public void recovering() {}

                @Override
                public void halfOpened(Duration outage) {}
            });

    @AfterEach
    void end() {
        checker.close();
        heldTimer.shutdownNow();
    }

    @Test
    void isNoZombie() {
        Admission admission = checker.admit(Leases.granted().claim()).join();
        assertThat(admission).isInstanceOf(Admission.Run.class);
        Lease lease = ((Admission.Run) admission).lease();
        lease.start();
        IdempotencyStore.Completion completion =
                checker.completion(lease, Duration.ofDays(7), "SUCCESS", null, null, null, false);
        var recording = checker.record(lease, completion, CompletableFuture::new);
        assertThat(completions).hasValue(1);
        assertThat(recording).isNotDone();

        nanos.addAndGet(lease.claim().lease().toNanos() / 2);
        long unused = checker.renewer().renewDue();

        assertThat(renewals).as("the store was asked, and refused").hasValue(1);
        assertThat(zombies).hasValue(0);
        assertThat(lease.isLost()).isFalse();
    }

    private IdempotencyStore store() {
        return (IdempotencyStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {IdempotencyStore.class}, (proxy, method, arguments) -> {
                    Object reply = method.invoke(healthy, arguments);
                    if (method.getName().equals("complete")) {
                        completions.incrementAndGet();
                        return CompletableFuture.failedFuture(new StoreException(
                                StoreException.Kind.CONNECTION_LOST,
                                StoreException.Effect.UNKNOWN,
                                "told to fail",
                                null));
                    } else if (method.getName().equals("renew")
                            && ((CompletableFuture<?>) reply).join() == RenewReply.STALE) {
                        renewals.incrementAndGet();
                    }
                    return reply;
                });
    }

    private CheckerEvents events() {
        return (CheckerEvents) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {CheckerEvents.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("zombie")) {
                        zombies.incrementAndGet();
                    }
                    return null;
                });
    }
}
