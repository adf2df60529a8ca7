package dev.sedano.worker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sedano.worker.control.RevokedTasks;
import dev.sedano.worker.idempotency.RevokeLog;
import dev.sedano.worker.idempotency.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RevokeWritesTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Log log = new Log();
    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final RevokeWrites writes = new RevokeWrites(log, Duration.ofHours(1), new Settable(), timer);

    @AfterEach
    void endTimer() {
        timer.shutdownNow();
    }

    @Test
    void whatTheStoreDidNotTake_isWrittenWhenItIsBack_andOnce() {
        log.away = true;
        writes.add(List.of("a", "b"));
        writes.add(List.of("b", "c"));
        await().atMost(LIMIT).until(() -> log.tries.get() >= 2);
        assertThat(log.kept()).isEmpty();

        log.away = false;

        await().atMost(LIMIT).until(() -> log.kept().size() == 3);
        assertThat(log.kept()).containsExactly("a", "b", "c");
        writes.add(List.of("d"));
        assertThat(log.kept()).containsExactly("a", "b", "c", "d");
        assertThat(log.repeated).as("written twice").isEmpty();
    }

    @Test
    void ofTooMany_theOldestAreDropped_andTheRestIsWrittenInPieces() {
        log.away = true;
        writes.add(List.of("oldest"));
        writes.add(IntStream.range(0, RevokedTasks.MOST)
                .mapToObj(Integer::toString)
                .toList());

        log.away = false;

        await().atMost(LIMIT).until(() -> log.kept().size() == RevokedTasks.MOST);
        assertThat(log.kept()).doesNotContain("oldest").contains("0");
        assertThat(log.largest).hasValue(1_000);
    }

    @Test
    void whatNoLongerHolds_isNotWritten() {
        log.away = true;
        writes.add(List.of("old"));
        now = now.plus(Duration.ofHours(1));
        writes.add(List.of("new"));

        log.away = false;

        await().atMost(LIMIT).until(() -> !log.kept().isEmpty());
        assertThat(log.kept()).containsExactly("new");
    }

    /** A store that can be away. */
    private static final class Log implements RevokeLog {
        private final Set<String> taken = new LinkedHashSet<>();
        final Set<String> repeated = new LinkedHashSet<>();
        final AtomicInteger tries = new AtomicInteger();
        final AtomicInteger largest = new AtomicInteger();
        volatile boolean away;

        @Override
        public synchronized CompletableFuture<Boolean> keepRevoked(
                Collection<String> entries, Duration keep, Instant now, int most) {
            tries.incrementAndGet();
            if (away) {
                return CompletableFuture.failedFuture(new StoreException(
                        StoreException.Kind.TIMEOUT, StoreException.Effect.UNKNOWN, "no answer", null));
            }
            largest.accumulateAndGet(entries.size(), Math::max);
            entries.stream().filter(each -> !taken.add(each)).forEach(repeated::add);
            return CompletableFuture.completedFuture(true);
        }

        synchronized List<String> kept() {
            return List.copyOf(taken);
        }

        @Override
        public CompletableFuture<List<String>> keptRevoked(Instant now) {
            return CompletableFuture.completedFuture(kept());
        }
    }

    private final class Settable extends Clock {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}
