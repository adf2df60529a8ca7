package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.sedano.worker.amqp.BrokerConnections;
import dev.sedano.worker.amqp.ConfirmedPublisher;
import dev.sedano.worker.time.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Celery's native delayed delivery (kombu/transport/native_delayed_delivery.py), where a Celery worker with quorum queues
 * has declared it: 28 exchanges, each with a queue in which messages wait for a power of two seconds. The routing key of
 * a message begins with the bits of its delay, so it passes through some of them and comes to the exchange {@code
 * celery_delayed_delivery}. It is never declared here: its queues are of the kind that the others chose.
 *
 * <p>That exchange leads to every queue whose binding fits the rest of the key: a fanout queue gets a copy of what was for
 * another one. So a consumed queue is bound to it once more, by a word that no task's routing key is, and what was taken
 * from that queue comes back to it and to no other.
 *
 * <p>Thread-safe; {@link #look} is called by the broker thread alone.
 */
final class DelayQueues {
    static final String FIRST = "celery_delayed_27";
    static final String LAST = "celery_delayed_delivery";
    private static final int LEVELS = 28;
    private static final int LONGEST_KEY = 255;
    private static final long LONGEST_SECONDS = (1L << LEVELS) - 1;
    /** Each vain look is a line in the broker's log. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(30);

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(8);

    private static final Logger LOG = LoggerFactory.getLogger(DelayQueues.class);

    private final Ticker ticker;
    private final Set<String> bound = ConcurrentHashMap.newKeySet();
    /** After a vain look: how long not to look again, and until when; used by the broker thread alone. */
    private Duration pause = Duration.ZERO;

    private long notBefore;
    private volatile boolean failed;

    DelayQueues(Ticker ticker) {
        this.ticker = ticker;
    }

    /** A session begins, perhaps with another broker: everything is looked at again. */
    void forget() {
        bound.clear();
        pause = Duration.ZERO;
    }

    /** Whether what comes from {@code queue} can be sent through them. */
    boolean leadTo(String queue) {
        return bound.contains(queue);
    }

    /** They do not lead there any more; they are looked at again after a while. */
    void failed(String queue) {
        bound.remove(queue);
        failed = true;
    }

    /** Looks whether they exist, unless they did not a short while ago, and binds the queue if they do. */
    void look(Connection connection, String queue) throws IOException, TimeoutException {
        if (failed) {
            failed = false;
            lookLater();
        }
        if (bound.contains(queue) || (!pause.isZero() && ticker.nanos() - notBefore < 0)) {
            return;
        }
        if (target(queue, Duration.ZERO).queue().getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY) {
            return;
        }
        Channel channel = connection.createChannel();
        if (channel == null) {
            throw new IOException("the broker gives no more channels");
        }
        try {
            // The first one first: where there is none, that is the only question.
            for (int level = LEVELS - 1; level >= 0; level--) {
                channel.exchangeDeclarePassive("celery_delayed_" + level);
                channel.queueDeclarePassive("celery_delayed_" + level);
            }
            channel.exchangeDeclarePassive(LAST);
            channel.queueBind(queue, LAST, bindingKey(queue));
            channel.close();
            bound.add(queue);
            pause = Duration.ZERO;
            LOG.info("far etas of queue {} wait in the delay queues of Celery", queue);
        } catch (IOException refused) {
            if (!connection.isOpen()) {
                throw refused;
            }
            lookLater();
            LOG.debug(
                    "queue {} does not use the delay queues of Celery: {}",
                    queue,
                    BrokerConnections.rootMessage(refused));
        }
    }

    private void lookLater() {
        pause = pause.isZero() ? FIRST_PAUSE : pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        notBefore = ticker.nanos() + pause.toNanos();
    }

    /** The place from which a message comes back to {@code queue} after {@code delay}, or up to a second earlier. */
    static ConfirmedPublisher.Target target(String queue, Duration delay) {
        long seconds = Math.max(1, Math.min(LONGEST_SECONDS, delay.toSeconds()));
        return new ConfirmedPublisher.Target(FIRST, bits(seconds) + "." + word(queue), Map.of());
    }

    /** What binds {@code queue} to {@link #LAST}, for what {@link #target} sends and for nothing else. */
    static String bindingKey(String queue) {
        return "#." + word(queue);
    }

    private static String bits(long seconds) {
        StringBuilder bits = new StringBuilder(2 * LEVELS);
        for (int level = LEVELS - 1; level >= 0; level--) {
            bits.append((seconds >> level) & 1).append(level > 0 ? "." : "");
        }
        return bits.toString();
    }

    /** One word of a routing key, which dots would part. */
    private static String word(String queue) {
        return "sedano:" + queue.replace("%", "%25").replace(".", "%2E");
    }
}
