package dev.sedano.worker.idempotency.redis;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a person asks of the store; every request is written down in the audit list with the change that it makes. */
public sealed interface AdminRequest {
    /** Who asks for what, and about which record. */
    Act act();

    /**
     * The part that is written down.
     *
     * @param who without blanks
     * @param action one word
     * @param record the record's name
     * @param detail free text; no payload
     */
    record Act(String who, String action, String record, String detail) {
        /** Refuses what the history's format cannot hold. */
        public Act {
            if (!who.matches("\\S{1,200}") || !action.matches("\\S{1,40}")) {
                throw new IllegalArgumentException("who and action must be words: '" + who + "', '" + action + "'");
            }
        }
    }

    /**
     * Let the work run again.
     *
     * @param states letters of the states that may be released
     * @param force also under a live lease or with follow-ups unconfirmed
     * @param forget as if the key had never been seen; else the next run is announced
     * @param keep how long the record lives at least
     * @param copy a message in hand, from which a lost record is made again; null = none
     * @param steps what became of steps in doubt: name to encoded result, null = it did not happen
     */
    record Release(
            Act act,
            String states,
            boolean force,
            boolean forget,
            Duration keep,
            @Nullable Copy copy,
            Map<String, @Nullable String> steps)
            implements AdminRequest {}

    /**
     * A message in hand.
     *
     * @param taskId empty if the key is the task id
     */
    record Copy(long attempt, String fingerprint, String taskId) {}

    /**
     * Record an outcome.
     *
     * @param states letters of the states that may be completed
     * @param create also if nothing is recorded
     * @param outcome Celery's state
     * @param kept the result record to keep beside the marker; null = none
     * @param result the result to write in the same step; null = none
     */
    record Complete(
            Act act,
            String states,
            boolean force,
            boolean create,
            Duration ttl,
            String outcome,
            byte @Nullable [] kept,
            @Nullable Result result)
            implements AdminRequest {}

    /** A result record for a caller, and how long it is to live. */
    record Result(String key, byte[] body, Duration ttl) {}

    /** Write down only. */
    record Note(Act act) implements AdminRequest {}
}
