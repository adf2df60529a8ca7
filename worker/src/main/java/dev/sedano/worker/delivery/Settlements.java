package dev.sedano.worker.delivery;

import dev.sedano.task.DuplicatePolicy;
import dev.sedano.worker.idempotency.Admission;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.protocol.Decoded;
import dev.sedano.worker.protocol.PoisonReason;
import dev.sedano.worker.protocol.TaskMessage;
import dev.sedano.worker.result.ResultState;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** The settlement for each way a delivery can end: the whole table, in one place, without effects. */
final class Settlements {
    private Settlements() {}

    /** What would have become of a delivery; for metrics. */
    static String refusal(Admission admission) {
        if (admission instanceof Admission.AlreadyDone) {
            return "duplicate";
        } else if (admission instanceof Admission.Superseded) {
            return "stale_attempt";
        } else if (admission instanceof Admission.Conflicting) {
            return "conflict";
        } else if (admission instanceof Admission.Unclaimable) {
            return "foreign_key";
        } else if (admission instanceof Admission.ForAPerson) {
            return "parked";
        }
        boolean held = admission instanceof Admission.HeldElsewhere || admission instanceof Admission.Unfinished;
        return held ? "held" : "store_unavailable";
    }

    static Settlement recorded(TaskOutcome outcome, Map<String, Object> key) {
        if (outcome instanceof TaskOutcome.Unknowable unknowable) {
            return unknowable(unknowable.why(), key);
        }
        return new Settlement.Ack(reasonOf(outcome));
    }

    private static SettlementReason reasonOf(TaskOutcome outcome) {
        if (outcome instanceof TaskOutcome.Succeeded) {
            return SettlementReason.SUCCEEDED;
        } else if (outcome instanceof TaskOutcome.Failed) {
            return SettlementReason.FAILED;
        } else if (outcome instanceof TaskOutcome.Revoked) {
            return SettlementReason.REVOKED;
        } else if (outcome instanceof TaskOutcome.Retried) {
            return SettlementReason.RETRIED;
        } else if (outcome instanceof TaskOutcome.Replaced) {
            return SettlementReason.REPLACED;
        } else if (outcome instanceof TaskOutcome.Rejected) {
            return SettlementReason.REJECTED;
        } else if (outcome instanceof TaskOutcome.Ignored) {
            return SettlementReason.IGNORED;
        } else if (outcome instanceof TaskOutcome.Revoked) {
            return SettlementReason.REVOKED;
        } else if (outcome instanceof TaskOutcome.Poisonous) {
            return SettlementReason.POISON;
        }
        return SettlementReason.EXPIRED;
    }

    /** The same for those who watch. */
    static Oversight.End end(Work work, Ending ending) {
        TaskOutcome outcome = ending.outcome();
        Oversight.EndKind kind = Oversight.EndKind.GONE;
        if (outcome instanceof TaskOutcome.Retried) {
            kind = Oversight.EndKind.RETRIED;
        } else if (outcome instanceof TaskOutcome.Expired) {
            kind = Oversight.EndKind.EXPIRED;
        } else if (outcome instanceof TaskOutcome.Rejected) {
            kind = Oversight.EndKind.REJECTED;
        } else if (outcome instanceof TaskOutcome.Revoked revoked) {
            kind = revoked.terminated() ? Oversight.EndKind.TERMINATED : Oversight.EndKind.REVOKED;
        } else if (ending.result() != null) {
            // A result that cannot be encoded is a failure, whatever the handler did.
            kind = ending.result().state() == ResultState.SUCCESS
                    ? Oversight.EndKind.SUCCEEDED
                    : Oversight.EndKind.FAILED;
        }
        byte[] record = ending.result() == null ? new byte[0] : ending.result().json();
        Run run = work.run;
        return new Oversight.End(kind, record, run == null ? 0 : run.nanos());
    }

    static Settlement duplicate(DuplicatePolicy policy) {
        return policy == DuplicatePolicy.ACK
                ? new Settlement.Ack(SettlementReason.DUPLICATE)
                : new Settlement.DeadLetter(
                        SettlementReason.DUPLICATE,
                        "the key is completed: the stored result was sent, nothing was run");
    }

    static Settlement undecodable(Decoded.Undecodable bad) {
        return new Settlement.DeadLetter(reasonOf(bad.reason()), bad.detail());
    }

    static Settlement unknownTask(String task) {
        return new Settlement.DeadLetter(
                SettlementReason.UNKNOWN_TASK,
                "task \"" + printable(task)
                        + "\" is not registered in this worker: add it with -A, or route it"
                        + " to the queue of a worker that has it");
    }

    static Settlement malformedFollowUps(String what) {
        return new Settlement.DeadLetter(
                SettlementReason.UNSUPPORTED,
                "the message has " + printable(what) + ": send the task with a signature as Celery writes it");
    }

    static Settlement unreadableFollowUps() {
        return new Settlement.DeadLetter(
                SettlementReason.FOLLOW_UPS_UNREADABLE,
                "the follow-ups that are recorded for its key cannot be read, and stay in the store: start a worker of the"
                        + " version that wrote them, then `sedano dead rerun`");
    }

    static Settlement conflict(TaskMessage message) {
        return new Settlement.DeadLetter(
                SettlementReason.CONFLICT,
                "task \"" + message.task() + "\": the idempotency key is in use with other arguments; use another key"
                        + " for other work");
    }

    static Settlement unclaimable(Admission.Unclaimable why) {
        return new Settlement.DeadLetter(
                SettlementReason.FOREIGN_KEY, String.valueOf(why.cause().getMessage()));
    }

    static Settlement parked(Admission.ForAPerson why, Map<String, Object> key) {
        ClaimReply.Parked parked = why.parked();
        if (parked == null) {
            return new Settlement.Park(
                    SettlementReason.STORE_LOST_DATA, "the store lost data and an earlier copy may have run", key);
        }
        Map<String, Object> details = new LinkedHashMap<>(key);
        details.put("x-sedano-owner", parked.owner());
        details.put("x-sedano-started", Instant.ofEpochMilli(parked.startedAt()).toString());
        details.put("x-sedano-last-step", parked.lastStep());
        return new Settlement.Park(SettlementReason.PARKED, "an earlier owner vanished while it ran", details);
    }

    static Settlement unknowable(String why, Map<String, Object> key) {
        return new Settlement.Park(SettlementReason.OUTCOME_UNKNOWN, why, key);
    }

    private static SettlementReason reasonOf(PoisonReason reason) {
        return switch (reason) {
            case MALFORMED_BODY -> SettlementReason.MALFORMED_BODY;
            case MALFORMED_HEADER -> SettlementReason.MALFORMED_HEADER;
            case NOT_A_TASK -> SettlementReason.NOT_A_TASK;
            case CONTENT_TYPE -> SettlementReason.CONTENT_TYPE;
            case PICKLE -> SettlementReason.PICKLE;
            case SIGNED -> SettlementReason.SIGNED;
            case COMPRESSION -> SettlementReason.COMPRESSION;
            case LIMIT -> SettlementReason.LIMIT;
            case UNSUPPORTED -> SettlementReason.UNSUPPORTED;
        };
    }

    /** Text from a message, cut and without control characters, for headers and logs. */
    private static String printable(String text) {
        String cut = text.length() > 200 ? text.substring(0, 200) + "…" : text;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }
}
