package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.ShutdownSignalException;

/** Whose fault it is that a queue could not be made or consumed, as far as the failure tells. */
enum QueueFault {
    /** The broker refused this queue. */
    REFUSED,
    /** The broker ended the connection over it, as it seems. */
    ENDED_CONNECTION,
    /** The network's, that of something else on the same channel, or nobody knows. */
    UNCLEAR;

    private static final int EXCHANGE_CLASS = 40;
    private static final int QUEUE_CLASS = 50;
    private static final int BASIC_CLASS = 60;
    private static final int QOS_METHOD = 10;
    private static final int CONSUME_METHOD = 20;

    static QueueFault of(Exception failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof Topology.MissingQueueException) {
                return REFUSED;
            } else if (at instanceof ShutdownSignalException signal) {
                return of(signal);
            }
        }
        return UNCLEAR;
    }

    private static QueueFault of(ShutdownSignalException signal) {
        if (signal.getReason() instanceof AMQP.Channel.Close close) {
            return answers(close.getClassId(), close.getMethodId()) ? REFUSED : UNCLEAR;
        }
        if (signal.getReason() instanceof AMQP.Connection.Close close
                && close.getReplyCode() != AMQP.CONNECTION_FORCED) { // an operator, or the broker stops
            boolean crashed = close.getClassId() == 0; // then the broker does not say over what
            return crashed || answers(close.getClassId(), close.getMethodId()) ? ENDED_CONNECTION : UNCLEAR;
        }
        return UNCLEAR;
    }

    /** A channel is also closed over an ack, or a delivery that took too long. */
    private static boolean answers(int classId, int methodId) {
        return switch (classId) {
            case EXCHANGE_CLASS, QUEUE_CLASS -> true;
            case BASIC_CLASS -> methodId == QOS_METHOD || methodId == CONSUME_METHOD;
            default -> false;
        };
    }
}
