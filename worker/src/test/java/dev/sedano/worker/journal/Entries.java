package dev.sedano.worker.journal;

import dev.sedano.worker.idempotency.BlockedDelivery;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.IdempotencyStore.ResultWrite;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.journal.JournalEntry.FinishedRun;
import dev.sedano.worker.journal.JournalEntry.UnreportedBlock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Entries for tests, and what makes two of them equal: records compare arrays by identity. */
final class Entries {
    static final byte[] RECORD = "{\"status\": \"SUCCESS\", \"result\": \"ü\"}".getBytes(StandardCharsets.UTF_8);

    private Entries() {}

    static FinishedRun run(String id) {
        return run(id, 7, null);
    }

    static FinishedRun run(String id, long token, @Nullable ResultWrite separate) {
        return new FinishedRun(
                "nonce-" + id,
                new IdempotencyStore.Completion(
                        TaskKey.explicit("billing.charge", id),
                        token,
                        (3L << 20) + 1,
                        "fingerprint",
                        id,
                        "SUCCESS",
                        Duration.ofDays(7),
                        1_700_000_000_123L,
                        new ResultWrite("celery-task-meta-" + id, RECORD, Duration.ofDays(1)),
                        RECORD),
                separate);
    }

    static UnreportedBlock block(String id) {
        return new UnreportedBlock(new BlockedDelivery(id, TaskKey.ofTaskId(id), 2, 99));
    }

    /** Everything of an entry, as text. */
    static String text(JournalEntry entry) {
        if (entry instanceof FinishedRun run) {
            IdempotencyStore.Completion of = run.completion();
            return String.join(
                    " ",
                    run.nonce(),
                    of.key().toString(),
                    Long.toString(of.token()),
                    Long.toString(of.attempt()),
                    of.fingerprint(),
                    of.taskId(),
                    of.outcome(),
                    of.ttl().toString(),
                    Long.toString(of.claimedAt()),
                    text(of.result()),
                    of.storedResult() == null ? "-" : new String(of.storedResult(), StandardCharsets.UTF_8),
                    text(run.separateResult()));
        }
        return entry.toString();
    }

    private static String text(@Nullable ResultWrite result) {
        return result == null ? "-" : result.key() + new String(result.body(), StandardCharsets.UTF_8) + result.ttl();
    }
}
