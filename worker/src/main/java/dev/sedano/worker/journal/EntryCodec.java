package dev.sedano.worker.journal;

import dev.sedano.worker.idempotency.BlockedDelivery;
import dev.sedano.worker.idempotency.IdempotencyStore.Completion;
import dev.sedano.worker.idempotency.IdempotencyStore.Conclusion;
import dev.sedano.worker.idempotency.IdempotencyStore.HandOff;
import dev.sedano.worker.idempotency.IdempotencyStore.Parking;
import dev.sedano.worker.idempotency.IdempotencyStore.ResultWrite;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.journal.JournalEntry.FinishedRun;
import dev.sedano.worker.journal.JournalEntry.UnreportedBlock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Entries as bytes: a kind, then {@link EntryFields}. Absent fields are null; a field this version does not know is refused. */
final class EntryCodec {
    private static final byte FINISHED_RUN = 1;
    private static final byte BLOCK = 2;
    private static final byte HAND_OFF = 3;
    private static final byte PARKING = 4;

    private static final int RECORD = 1;
    private static final int KEY = 2;
    private static final int EXPLICIT = 3;
    private static final int ATTEMPT = 4;
    private static final int NONCE = 5;
    private static final int TOKEN = 6;
    private static final int FINGERPRINT = 7;
    private static final int TASK_ID = 8;
    private static final int OUTCOME = 9;
    private static final int TTL = 10;
    private static final int CLAIMED_AT = 11;
    private static final int KEPT_RESULT = 12;
    private static final int RESULT_KEY = 13;
    private static final int RESULT_BODY = 14;
    private static final int RESULT_TTL = 15;
    private static final int SEPARATE_KEY = 16;
    private static final int SEPARATE_BODY = 17;
    private static final int SEPARATE_TTL = 18;
    private static final int BLOCKED_AT = 19;
    private static final int FOLLOW_UPS = 20;
    private static final int FREES = 21;
    private static final int NEXT = 22;
    private static final int NEXT_FINGERPRINT = 23;
    private static final int OWNER = 24;
    /** One more than the highest field. */
    private static final int FIELDS = 25;

    private EntryCodec() {}

    static byte[] encode(JournalEntry entry) {
        EntryFields.Writer fields;
        if (entry instanceof FinishedRun run) {
            fields = concluded(run.conclusion());
            fields.text(NONCE, run.nonce());
            result(fields, run.separateResult(), SEPARATE_KEY, SEPARATE_BODY, SEPARATE_TTL);
        } else if (entry instanceof UnreportedBlock block) {
            fields = new EntryFields.Writer(BLOCK);
            key(fields, block.delivery().key());
            fields.number(ATTEMPT, block.delivery().attempt());
            fields.text(NONCE, block.delivery().id());
            fields.number(BLOCKED_AT, block.delivery().blockedAt());
        } else {
            throw new IllegalStateException(
                    "unknown journal entry " + entry.getClass().getName());
        }
        return fields.toBytes();
    }

    private static EntryFields.Writer concluded(Conclusion conclusion) {
        EntryFields.Writer fields;
        if (conclusion instanceof Completion completion) {
            fields = new EntryFields.Writer(FINISHED_RUN);
            fields.number(ATTEMPT, completion.attempt());
            fields.text(FINGERPRINT, completion.fingerprint());
            fields.text(OUTCOME, completion.outcome());
            fields.number(TTL, completion.ttl().toMillis());
            fields.number(CLAIMED_AT, completion.claimedAt());
            fields.bytes(KEPT_RESULT, completion.storedResult());
            fields.bytes(FOLLOW_UPS, completion.followUps());
            fields.number(FREES, completion.frees() ? 1 : 0);
            result(fields, completion.result(), RESULT_KEY, RESULT_BODY, RESULT_TTL);
        } else if (conclusion instanceof HandOff handOff) {
            fields = new EntryFields.Writer(HAND_OFF);
            fields.number(ATTEMPT, handOff.attempt());
            fields.text(FINGERPRINT, handOff.fingerprint());
            fields.number(NEXT, handOff.next());
            fields.text(NEXT_FINGERPRINT, handOff.nextFingerprint());
            fields.number(TTL, handOff.keep().toMillis());
            fields.number(CLAIMED_AT, handOff.claimedAt());
            fields.bytes(FOLLOW_UPS, handOff.followUps());
            result(fields, handOff.result(), RESULT_KEY, RESULT_BODY, RESULT_TTL);
        } else {
            fields = new EntryFields.Writer(PARKING);
            fields.text(OWNER, ((Parking) conclusion).owner());
        }
        key(fields, conclusion.key());
        fields.number(TOKEN, conclusion.token());
        fields.text(TASK_ID, conclusion.taskId());
        return fields;
    }

    /** @throws UnreadableEntryException if these bytes are no entry of this version */
    static JournalEntry decode(byte[] bytes) throws UnreadableEntryException {
        EntryFields.Reader fields = new EntryFields.Reader(bytes, FIELDS);
        if (fields.kind() == BLOCK) {
            return new UnreportedBlock(new BlockedDelivery(
                    fields.text(NONCE), key(fields), fields.number(ATTEMPT), fields.number(BLOCKED_AT)));
        }
        return new FinishedRun(
                fields.text(NONCE), concluded(fields), result(fields, SEPARATE_KEY, SEPARATE_BODY, SEPARATE_TTL));
    }

    private static Conclusion concluded(EntryFields.Reader fields) throws UnreadableEntryException {
        byte[] followUps = fields.bytes(FOLLOW_UPS);
        return switch (fields.kind()) {
            case FINISHED_RUN ->
                new Completion(
                        key(fields),
                        fields.number(TOKEN),
                        fields.number(ATTEMPT),
                        fields.text(FINGERPRINT),
                        fields.text(TASK_ID),
                        fields.text(OUTCOME),
                        Duration.ofMillis(fields.number(TTL)),
                        fields.number(CLAIMED_AT),
                        result(fields, RESULT_KEY, RESULT_BODY, RESULT_TTL),
                        fields.bytes(KEPT_RESULT),
                        followUps,
                        fields.number(FREES) != 0);
            case HAND_OFF ->
                new HandOff(
                        key(fields),
                        fields.number(TOKEN),
                        fields.number(ATTEMPT),
                        fields.text(FINGERPRINT),
                        fields.text(TASK_ID),
                        fields.number(NEXT),
                        fields.text(NEXT_FINGERPRINT),
                        Duration.ofMillis(fields.number(TTL)),
                        fields.number(CLAIMED_AT),
                        result(fields, RESULT_KEY, RESULT_BODY, RESULT_TTL),
                        followUps == null ? new byte[0] : followUps);
            case PARKING -> new Parking(key(fields), fields.number(TOKEN), fields.text(TASK_ID), fields.text(OWNER));
            default -> throw new UnreadableEntryException("kind " + fields.kind());
        };
    }

    private static void key(EntryFields.Writer fields, TaskKey key) {
        fields.text(RECORD, key.record());
        fields.text(KEY, key.key());
        fields.number(EXPLICIT, key.explicit() ? 1 : 0);
    }

    private static TaskKey key(EntryFields.Reader fields) throws UnreadableEntryException {
        return new TaskKey(fields.text(RECORD), fields.text(KEY), fields.number(EXPLICIT) != 0);
    }

    private static void result(
            EntryFields.Writer fields, @Nullable ResultWrite result, int keyTag, int bodyTag, int ttlTag) {
        if (result != null) {
            fields.text(keyTag, result.key());
            fields.bytes(bodyTag, result.body());
            Duration ttl = result.ttl();
            if (ttl != null) {
                fields.number(ttlTag, ttl.toMillis());
            }
        }
    }

    private static @Nullable ResultWrite result(EntryFields.Reader fields, int keyTag, int bodyTag, int ttlTag)
            throws UnreadableEntryException {
        byte[] body = fields.bytes(bodyTag);
        if (body == null) {
            return null;
        }
        Duration ttl = fields.bytes(ttlTag) == null ? null : Duration.ofMillis(fields.number(ttlTag));
        return new ResultWrite(fields.text(keyTag), body, ttl);
    }
}
