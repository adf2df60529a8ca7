package dev.sedano.worker.amqp;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Whether a message can be published where it is to go. What cannot would close the publisher's channel, and with it fail
 * everything that is on its way, each time it is tried; so the broker is asked on channels of their own.
 */
final class Destinations {
    private static final int LONGEST_TEXT = 255;
    /** What the message id adds to the properties. */
    private static final int ID_BYTES = 40;

    private final boolean mayDeclare;
    private final Definitions defined;
    private final Set<String> queues = ConcurrentHashMap.newKeySet();
    private final Set<String> exchanges = ConcurrentHashMap.newKeySet();

    /**
     * @param mayDeclare whether queues that do not exist may be declared
     * @param defined what is declared in a way of its own
     */
    Destinations(boolean mayDeclare, Definitions defined) {
        this.mayDeclare = mayDeclare;
        this.defined = defined;
    }

    private interface Question {
        void ask(Channel channel) throws IOException;
    }

    /** Forgets what exists: the next channel may be another broker's. */
    void forget() {
        queues.clear();
        exchanges.clear();
    }

    /** Somebody deleted this queue. */
    void forgetQueue(String queue) {
        queues.remove(queue);
    }

    /** What is wrong with the message itself, or null. */
    static @Nullable String defect(
            Connection connection, ConfirmedPublisher.Target target, AMQP.BasicProperties properties)
            throws IOException {
        if (bytes(target.exchange()) > LONGEST_TEXT || bytes(target.queue()) > LONGEST_TEXT) {
            return "its exchange or routing key has more than " + LONGEST_TEXT + " bytes";
        }
        try {
            int size = properties.toFrame(1, 0).size() + ID_BYTES;
            int most = connection.getFrameMax();
            return most > 0 && size > most ? "it has " + size + " bytes of headers, the broker takes " + most : null;
        } catch (IllegalArgumentException e) {
            return "its headers cannot be encoded: " + e.getMessage();
        }
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Makes sure that the place exists, as far as that is ours to do. Returns what is wrong with it, or null. */
    @Nullable
    String missing(Connection connection, ConfirmedPublisher.Target target) throws IOException {
        return target.exchange().isEmpty() ? queue(connection, target) : exchange(connection, target.exchange());
    }

    private @Nullable String exchange(Connection connection, String exchange) throws IOException {
        if (exchanges.contains(exchange)) {
            return null;
        }
        if (answer(connection, channel -> channel.exchangeDeclarePassive(exchange)) == AMQP.NOT_FOUND) {
            if (!(mayDeclare && defined.exchange(connection, exchange))) {
                return "its exchange does not exist";
            }
        }
        exchanges.add(exchange);
        return null;
    }

    /** An existing queue is used as it is, whatever its arguments. */
    private @Nullable String queue(Connection connection, ConfirmedPublisher.Target target) throws IOException {
        String queue = target.queue();
        if (!mayDeclare || queues.contains(queue)) {
            return null;
        }
        if (answer(connection, channel -> channel.queueDeclarePassive(queue)) == AMQP.NOT_FOUND
                && !defined.queue(connection, queue)) {
            int refusal =
                    answer(connection, channel -> channel.queueDeclare(queue, true, false, false, target.arguments()));
            if (refusal != AMQP.REPLY_SUCCESS) {
                return "its queue does not exist and the broker refuses to make it (" + refusal + ")";
            }
        }
        queues.add(queue);
        return null;
    }

    /** The reply code: {@link AMQP#REPLY_SUCCESS}, or with which the broker closed the channel. */
    private static int answer(Connection connection, Question question) throws IOException {
        Channel channel = connection.createChannel();
        if (channel == null) {
            throw new IOException("the broker gives no more channels");
        }
        try {
            question.ask(channel);
            channel.close();
            return AMQP.REPLY_SUCCESS;
        } catch (IOException refused) {
            if (refused.getCause() instanceof ShutdownSignalException signal
                    && !signal.isHardError()
                    && signal.getReason() instanceof AMQP.Channel.Close close) {
                return close.getReplyCode();
            }
            throw refused;
        } catch (TimeoutException e) {
            throw new IOException(e);
        }
    }
}
