package dev.sedano.worker.delivery;

import dev.sedano.worker.protocol.Decoded;
import dev.sedano.worker.protocol.PoisonReason;
import dev.sedano.worker.protocol.TaskMessage;

/** The settlement for each way a delivery can end: the whole table, in one place, without effects. */
final class Settlements {
    private Settlements() {}

    static Settlement recorded(TaskOutcome outcome) {
        if (outcome instanceof TaskOutcome.Succeeded) {
            return new Settlement.Ack(SettlementReason.SUCCEEDED);
        } else if (outcome instanceof TaskOutcome.Failed) {
            return new Settlement.Ack(SettlementReason.FAILED);
        }
        return new Settlement.Ack(SettlementReason.EXPIRED);
    }

    static Settlement undecodable(Decoded.Undecodable bad) {
        return new Settlement.DeadLetter(reasonOf(bad.reason()), bad.detail());
    }

    static Settlement unknownTask(TaskMessage message) {
        return new Settlement.DeadLetter(
                SettlementReason.UNKNOWN_TASK,
                "task \"" + printable(message.task())
                        + "\" is not registered in this worker: add it with -A, or route it"
                        + " to the queue of a worker that has it");
    }

    static Settlement unsupportedFollowUps() {
        return new Settlement.DeadLetter(
                SettlementReason.UNSUPPORTED,
                "the message has callbacks, errbacks, a chain or a chord, which this version does not run: send the"
                        + " task without them");
    }

    static Settlement conflict(TaskMessage message) {
        return new Settlement.DeadLetter(
                SettlementReason.CONFLICT,
                "task \"" + message.task() + "\": the idempotency key is in use with other arguments; use another key"
                        + " for other work");
    }

    static Settlement parked(boolean storeLostData) {
        return storeLostData
                ? new Settlement.Park(
                        SettlementReason.STORE_LOST_DATA, "the store lost data and an earlier copy may have run")
                : new Settlement.Park(SettlementReason.PARKED, "an earlier owner vanished while it ran");
    }

    private static SettlementReason reasonOf(PoisonReason reason) {
        return switch (reason) {
            case MALFORMED_BODY -> SettlementReason.MALFORMED_BODY;
            case MALFORMED_HEADER -> SettlementReason.MALFORMED_HEADER;
            case NOT_A_TASK -> SettlementReason.NOT_A_TASK;
            case CONTENT_TYPE -> SettlementReason.CONTENT_TYPE;
            case COMPRESSION -> SettlementReason.COMPRESSION;
            case UNSUPPORTED -> SettlementReason.UNSUPPORTED;
        };
    }

    /** Text from a message, cut and without control characters, for headers and logs. */
    private static String printable(String text) {
        String cut = text.length() > 200 ? text.substring(0, 200) + "…" : text;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }
}
