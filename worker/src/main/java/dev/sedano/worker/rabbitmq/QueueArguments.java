package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds out with which arguments an existing queue was declared. AMQP has no question for that, but a declaration
 * that does not fit is refused with the argument and its value; refused ones are added until the declaration fits. An
 * existing queue is not changed by any of this. Each refusal closes a channel and is a line in the broker's log, so it is
 * asked once per queue and start.
 */
final class QueueArguments {
    static final String TYPE = "x-queue-type";
    static final String MOST_PRIORITY = "x-max-priority";
    private static final int MOST_ARGUMENTS = 20;
    private static final Pattern REFUSAL = Pattern.compile(
            ".*inequivalent arg '([^']+)' for queue .*: received none but current is the value '(.*)' of"
                    + " type '(\\w+)'.*");

    private QueueArguments() {}

    /**
     * The arguments of {@code queue}, or empty if it does not exist, or the broker does not tell (no permission, an argument
     * of a kind that is not known here, a queue that is not durable). Those of a quorum queue always name its type.
     */
    static Optional<Map<String, Object>> of(Connection connection, String queue) throws IOException, TimeoutException {
        Optional<Map<String, Object>> quorum = from(connection, queue, Map.of(TYPE, "quorum"));
        return quorum.isPresent() ? quorum : from(connection, queue, Map.of());
    }

    private static Optional<Map<String, Object>> from(Connection connection, String queue, Map<String, Object> guess)
            throws IOException, TimeoutException {
        Map<String, Object> arguments = new LinkedHashMap<>(guess);
        for (int i = 0; i < MOST_ARGUMENTS; i++) {
            String refusal = refusalOf(connection, queue, arguments);
            if (refusal.isEmpty()) {
                return Optional.of(arguments);
            }
            Matcher parts = REFUSAL.matcher(refusal);
            if (!parts.matches()) {
                return Optional.empty();
            }
            Optional<Object> value = valueOf(parts.group(2), parts.group(3));
            if (value.isEmpty() || arguments.putIfAbsent(parts.group(1), value.get()) != null) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** Looks for the queue first: declaring one that is missing would make it. */
    private static String refusalOf(Connection connection, String queue, Map<String, Object> arguments)
            throws IOException, TimeoutException {
        Channel probe = connection.createChannel();
        try {
            probe.queueDeclarePassive(queue);
            probe.queueDeclare(queue, true, false, false, arguments);
            probe.close();
            return "";
        } catch (IOException refused) {
            if (refused.getCause() instanceof ShutdownSignalException signal
                    && signal.getReason() instanceof AMQP.Channel.Close close) {
                return close.getReplyText();
            }
            throw refused;
        }
    }

    private static Optional<Object> valueOf(String text, String type) {
        try {
            return switch (type) {
                case "longstr" -> Optional.of(text);
                case "byte", "unsignedbyte", "short", "unsignedshort", "signedint", "unsignedint", "long" ->
                    Optional.of(Long.valueOf(text));
                case "bool" -> Optional.of(Boolean.valueOf(text));
                default -> Optional.empty();
            };
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
