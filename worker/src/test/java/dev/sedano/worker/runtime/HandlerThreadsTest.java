package dev.sedano.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.worker.delivery.HandlerSlots.Slot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HandlerThreadsTest {
    static Stream<PoolKind> kinds() {
        return Runtime.version().feature() >= 21
                ? Stream.of(PoolKind.THREADS, PoolKind.VIRTUAL)
                : Stream.of(PoolKind.THREADS);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void bodiesThatAreLeftBehind_takeNoSlot_andFreeTheirThreadsWhenTheyEnd(PoolKind kind) {
        List<Integer> told = new CopyOnWriteArrayList<>();
        List<Slot> slots = new CopyOnWriteArrayList<>();
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger running = new AtomicInteger();
        try (HandlerThreads threads = HandlerThreads.of(kind, 2)) {
            threads.whenLeft(told::add);
            for (int i = 0; i < 4; i++) {
                threads.execute(slot -> {
                    slots.add(slot);
                    running.incrementAndGet();
                    awaitIgnoringInterrupts(end);
                    running.decrementAndGet();
                });
            }
            await().until(() -> running.get() == 2);
            Slot first = slots.get(0);
            first.leave();
            first.leave();
            await().until(() -> running.get() == 3);
            slots.get(1).leave();
            await().until(() -> running.get() == 4);
            assertThat(told).containsExactly(1, 2);
            assertThat(threads.size()).isEqualTo(2);

            end.countDown();
            await().until(() -> running.get() == 0);
            AtomicInteger most = new AtomicInteger();
            CountDownLatch all = new CountDownLatch(50);
            for (int i = 0; i < 50; i++) {
                threads.execute(slot -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    running.decrementAndGet();
                    all.countDown();
                });
            }
            await().until(() -> all.getCount() == 0);
            assertThat(most.get()).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void bodyThatHasEnded_cannotBeLeft() {
        List<Slot> slots = new CopyOnWriteArrayList<>();
        AtomicInteger told = new AtomicInteger();
        try (HandlerThreads threads = HandlerThreads.of(PoolKind.THREADS, 1)) {
            threads.whenLeft(told::set);
            threads.execute(slots::add);
            await().until(() -> slots.size() == 1);
            threads.execute(slots::add); // runs after the first has ended
            await().until(() -> slots.size() == 2);
            slots.get(0).leave();
            assertThat(told).hasValue(0);
            threads.close(Duration.ofSeconds(5));
        }
    }

    private static void awaitIgnoringInterrupts(CountDownLatch latch) {
        boolean waiting = true;
        while (waiting) {
            try {
                latch.await();
                waiting = false;
            } catch (InterruptedException e) {
                waiting = latch.getCount() > 0;
            }
        }
    }
}
