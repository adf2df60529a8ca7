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
                        RECORD,
                        "[]".getBytes(StandardCharsets.UTF_8),
                        true),
                separate);
    }

    static UnreportedBlock block(String id) {
        return new UnreportedBlock(
                new BlockedDelivery(id, TaskKey.ofTaskId(id), 2, 99, "test.run", "store_unavailable:timeout"));
    }

    /** Everything of an entry, as text. */
    static String text(JournalEntry entry) {
        if (entry instanceof FinishedRun run) {
            IdempotencyStore.Conclusion all = run.conclusion();
            String head = String.join(
                    " ",
                    run.nonce(),
                    all.key().toString(),
                    Long.toString(all.token()),
                    all.taskId(),
                    text(run.separateResult()));
            if (all instanceof IdempotencyStore.Completion of) {
                return String.join(
                        " ",
                        head,
                        Long.toString(of.attempt()),
                        of.fingerprint(),
                        of.outcome(),
                        of.ttl().toString(),
                        Long.toString(of.claimedAt()),
                        text(of.result()),
                        text(of.storedResult()),
                        text(of.followUps()),
                        Boolean.toString(of.frees()));
            } else if (all instanceof IdempotencyStore.HandOff of) {
                return String.join(
                        " ",
                        head,
                        Long.toString(of.attempt()),
                        of.fingerprint(),
                        Long.toString(of.next()),
                        of.nextFingerprint(),
                        of.keep().toString(),
                        Long.toString(of.claimedAt()),
                        text(of.result()),
                        text(of.followUps()));
            }
            return head + " parked by " + ((IdempotencyStore.Parking) all).owner();
        }
        return entry.toString();
    }

    private static String text(byte @Nullable [] bytes) {
        return bytes == null ? "-" : new String(bytes, StandardCharsets.UTF_8);
    }

    /** A run that asks for another attempt. */
    static FinishedRun handOff(String id) {
        return new FinishedRun(
                "nonce-" + id,
                new IdempotencyStore.HandOff(
                        TaskKey.ofTaskId(id),
                        7,
                        0,
                        "fingerprint",
                        id,
                        1,
                        "next",
                        Duration.ofDays(7),
                        1_700_000_000_123L,
                        null,
                        "[1]".getBytes(StandardCharsets.UTF_8)),
                null);
    }

    /** A run whose outcome a person must decide. */
    static FinishedRun parking(String id) {
        return new FinishedRun(
                "nonce-" + id, new IdempotencyStore.Parking(TaskKey.ofTaskId(id), 7, id, "w@host"), null);
    }

    private static String text(@Nullable ResultWrite result) {
        return result == null ? "-" : result.key() + new String(result.body(), StandardCharsets.UTF_8) + result.ttl();
    }
}
