package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import dev.sedano.worker.amqp.BrokerConnections;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue in which a node gets Celery's control messages, declared as kombu/pidbox.py does: exclusive, so it goes with
 * its connection. Used by the control session's thread alone; messages arrive on the connection's.
 */
final class ControlInbox {
    private static final Logger LOG = LoggerFactory.getLogger(ControlInbox.class);
    static final String EXCHANGE = "celery.pidbox";
    static final String REPLIES = "reply.celery.pidbox";
    /** Types and values as Celery's, or the broker refuses the declaration. */
    static final Map<String, Object> ARGUMENTS = Map.of("x-expires", 10_000, "x-message-ttl", 300_000);

    private static final long RETRY_NANOS = Duration.ofSeconds(5).toNanos();
    /** The broker's answer to the second node of one name. */
    static final String LOCKED = "RESOURCE_LOCKED";

    private final String queue;
    /** The routing key of replies to what this node asks. */
    private final String replyKey = UUID.randomUUID().toString();

    private final String node;
    private final ControlSession.Listener listener;
    private final Ticker ticker;
    private @Nullable Channel channel;
    private long notBefore;
    private boolean complained;

    ControlInbox(String node, ControlSession.Listener listener, Ticker ticker) {
        this.node = node;
        this.queue = node + ".celery.pidbox";
        this.listener = listener;
        this.ticker = ticker;
        this.notBefore = ticker.nanos();
    }

    /** Listens on this connection unless it does; a refusal is logged once and tried again after 5 s. */
    void ensure(Connection connection) {
        Channel current = channel;
        if ((current != null && current.isOpen() && current.getConnection() == connection)
                || ticker.nanos() - notBefore < 0) {
            return;
        }
        notBefore = ticker.nanos() + RETRY_NANOS;
        try {
            channel = open(connection);
            complained = false;
        } catch (IOException | RuntimeException e) {
            if (!complained) {
                complained = true;
                String said = BrokerConnections.rootMessage(e);
                LOG.warn(
                        said.contains(LOCKED)
                                ? "no remote control: another worker is connected as {}: give each a name of its own"
                                        + " with -n ({})"
                                : "no remote control of {}: {}; work goes on, trying again",
                        node,
                        said);
            }
        }
    }

    private Channel open(Connection connection) throws IOException {
        Channel opened = connection.createChannel();
        opened.exchangeDeclare(EXCHANGE, "fanout", false, false, Map.of());
        opened.exchangeDeclare(REPLIES, "direct", false, false, Map.of());
        opened.queueDeclare(queue, false, true, true, ARGUMENTS);
        opened.queueBind(queue, EXCHANGE, "");
        String replies = replyKey + ".reply.celery.pidbox";
        opened.queueDeclare(replies, false, true, true, ARGUMENTS);
        opened.queueBind(replies, REPLIES, replyKey);
        consume(opened, replies, listener::replied);
        consume(opened, queue, listener::received);
        return opened;
    }

    /** Where replies to what this node asks arrive. */
    String replyKey() {
        return replyKey;
    }

    private static void consume(Channel opened, String from, BiConsumer<MessageProperties, byte[]> to)
            throws IOException {
        var unusedTag = opened.basicConsume(from, true, new DefaultConsumer(opened) {
            @Override
            public void handleDelivery(
                    String consumerTag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
                try {
                    to.accept(PlainHeaders.of(properties), body);
                } catch (RuntimeException defect) {
                    LOG.error("a control message could not be handled: a defect", defect);
                }
            }

            @Override
            public void handleCancel(String consumerTag) throws IOException {
                opened.abort(); // the queue is gone: declared again at the next look
            }
        });
    }
}
