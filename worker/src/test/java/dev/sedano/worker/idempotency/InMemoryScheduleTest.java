package dev.sedano.worker.idempotency;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random histories of the store for tests. */
class InMemoryScheduleTest {
    @Test
    void randomHistories_keepEveryPromise() {
        for (long seed = 1; seed <= 5000; seed++) {
            InMemoryIdempotencyStore store = new InMemoryIdempotencyStore();
            StoreSchedule.play(new MemoryBench(store), seed, "k" + seed);
        }
    }

    private record MemoryBench(InMemoryIdempotencyStore store) implements StoreSchedule.Bench {
        @Override
        public void advance(Duration time) {
            store.advance(time);
        }

        @Override
        public long now() {
            return store.estimatedNow();
        }

        @Override
        public void storeResult(String resultKey, byte[] body) {
            store.storeResult(resultKey, body);
        }

        @Override
        public byte @Nullable [] result(String resultKey) {
            return store.result(resultKey);
        }

        @Override
        public @Nullable List<String> history(TaskKey key) {
            return null;
        }

        @Override
        public boolean expires(TaskKey key, String resultKey) {
            return true;
        }
    }
}
