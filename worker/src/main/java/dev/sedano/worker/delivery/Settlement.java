package dev.sedano.worker.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** What becomes of a delivery on the wire. */
public sealed interface Settlement {
    /** Why. */
    SettlementReason reason();

    /** The value of the metric tag {@code outcome}. */
    String outcome();

    /** {@code basic.ack}: the work is done, or was done by another copy. */
    record Ack(SettlementReason reason) implements Settlement {
        @Override
        public String outcome() {
            return "ack";
        }
    }

    /** {@code basic.nack} with requeue: never {@code reject}, which counts towards delivery limits on every broker. */
    record Requeue(SettlementReason reason) implements Settlement {
        @Override
        public String outcome() {
            return "requeue";
        }
    }

    /**
     * Published to {@code <queue>.dead}, confirmed, then acknowledged.
     *
     * @param error what is wrong and the cure; no argument values
     */
    record DeadLetter(SettlementReason reason, String error) implements Settlement {
        @Override
        public String outcome() {
            return "dead_letter";
        }
    }

    /**
     * Published to {@code <queue>.parked} for a person to decide, confirmed, then acknowledged.
     *
     * @param details more headers: whose key it is, who ran it and how far
     */
    record Park(SettlementReason reason, String error, Map<String, Object> details) implements Settlement {
        @Override
        public String outcome() {
            return "park";
        }
    }

    /** Moved to a broker queue that returns it after about {@code delay}: published, confirmed, then acknowledged. */
    record Wait(SettlementReason reason, Duration delay) implements Settlement {
        @Override
        public String outcome() {
            return "wait";
        }
    }

    /**
     * Not due yet: moved to the broker's delay queues, which return it before {@code until} by less than the worker holds,
     * perhaps in several hops: published, confirmed, then acknowledged. It was never claimed, so a move is no retry.
     *
     * @param until when it is due, or over
     */
    record Delay(Instant until) implements Settlement {
        @Override
        public SettlementReason reason() {
            return SettlementReason.NOT_DUE;
        }

        @Override
        public String outcome() {
            return "wait";
        }
    }

    /** Nothing on the wire: the channel is gone, or the delivery must stay unacknowledged until it goes. */
    record Abandon(SettlementReason reason) implements Settlement {
        @Override
        public String outcome() {
            return "abandoned";
        }
    }
}
