package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.sedano.worker.amqp.BrokerConnections;
import dev.sedano.worker.amqp.ConfirmedPublisher;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker's side of Celery's remote control and events: a connection of its own, so that nothing here can close,
 * block or delay what tasks need. Whatever fails is tried again; messages wait, bounded, and then are dropped.
 *
 * <p>Thread-safe. Owns the threads {@code sedano-control} (connects and publishes) and {@code sedano-control-in} (control
 * messages, one after the other).
 */
public final class ControlSession implements AutoCloseable {
    /** What the session tells. */
    public interface Listener {
        /** There is a connection, perhaps again. Called on the session's thread, before anything else is published. */
        void connected();

        /** A control message came. Called by one thread at a time; may take a while, must not throw. */
        void received(MessageProperties properties, byte[] body);

        /** A reply to what {@link #ask} sent came. As {@link #received}. */
        void replied(MessageProperties properties, byte[] body);
    }

    /**
     * A transient message.
     *
     * @param reply whether it answers a control message: its exchange is the asker's choice, and need not exist
     * @param body made when there is a connection, once, on the session's thread
     */
    public record Outgoing(
            String exchange, String routingKey, Map<String, Object> headers, boolean reply, Supplier<byte[]> body) {}

    private record Ready(Outgoing message, byte[] body) {}

    private static final Logger LOG = LoggerFactory.getLogger(ControlSession.class);
    private static final String EVENTS = "celeryev";
    private static final int MOST_WAITING = 2_000;
    private static final long LOOK_MILLIS = 100;
    private static final long RETRY_MILLIS = 1_000;
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final ConfirmedPublisher.Connector connector;
    private final String node;
    private final boolean listens;
    private final Ticker ticker;
    private final ExecutorService in;
    private final ArrayBlockingQueue<Outgoing> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong dropped = new AtomicLong();
    private final Thread thread = new Thread(this::loop, "sedano-control");
    private volatile boolean closing;
    private volatile boolean closed;
    private volatile boolean connected;
    private volatile boolean blocked;
    private @Nullable Listener listener;
    private @Nullable ControlInbox inbox;
    private volatile @Nullable Connection connection;
    private @Nullable Channel events;
    private @Nullable Channel replies;
    private @Nullable Ready ready;
    private boolean complained;

    /** @param listens whether the node takes control messages */
    ControlSession(ConnectorWithThreads connector, String node, boolean listens, Ticker ticker) {
        this.in = Executors.newSingleThreadExecutor(task -> {
            Thread created = new Thread(task, "sedano-control-in");
            created.setDaemon(true);
            return created;
        });
        this.connector = purpose -> connector.connect(purpose, in);
        this.node = node;
        this.listens = listens;
        this.ticker = ticker;
        thread.setDaemon(true);
    }

    /** Makes a connection whose callbacks run on the given threads. */
    interface ConnectorWithThreads {
        Connection connect(String purpose, ExecutorService threads) throws IOException, TimeoutException;
    }

    /** Begins to connect; returns at once. */
    public void start(Listener to) {
        listener = to;
        inbox = listens ? new ControlInbox(node, to, ticker) : null;
        thread.start();
    }

    /** Whether messages would go out now. */
    public boolean isConnected() {
        return connected && !blocked;
    }

    /** Messages that were dropped since too many waited. */
    public long dropped() {
        return dropped.get();
    }

    /** @return false if the message is dropped: too many wait, or the session ends */
    public boolean offer(Outgoing message) {
        if (!closed && waiting.offer(message)) {
            return true;
        }
        dropped.incrementAndGet();
        return false;
    }

    /** Makes a question to all nodes. */
    public interface Question {
        /** The message, whose replies shall go to this exchange with this key. */
        byte[] body(String replyExchange, String replyKey);
    }

    /** Puts a question to all nodes, this one among them; does nothing if this node does not listen. */
    public void ask(Map<String, Object> headers, Question question) {
        ControlInbox to = inbox;
        if (to != null) {
            offer(new Outgoing(
                    ControlInbox.EXCHANGE,
                    "",
                    headers,
                    true,
                    () -> question.body(ControlInbox.REPLIES, to.replyKey())));
        }
    }

    private void loop() {
        while (!closed) {
            try {
                connect();
                publishNext();
                if (closing && waiting.isEmpty() && ready == null) {
                    return;
                }
            } catch (InterruptedException e) {
                return;
            } catch (IOException | TimeoutException | RuntimeException e) {
                if (closing) {
                    return;
                }
                if (!complained) {
                    complained = true;
                    LOG.warn(
                            "remote control and events: {}; work goes on, trying again",
                            BrokerConnections.rootMessage(e));
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(
                        RETRY_MILLIS / 2 + ThreadLocalRandom.current().nextLong(RETRY_MILLIS)));
            }
        }
    }

    private void connect() throws IOException, TimeoutException {
        Connection current = connection;
        if (current == null || !current.isOpen()) {
            connected = false;
            blocked = false;
            events = null;
            replies = null;
            current = connector.connect("control");
            current.addBlockedListener(new BlockedListener() {
                @Override
                public void handleBlocked(String reason) {
                    blocked = true;
                }

                @Override
                public void handleUnblocked() {
                    blocked = false;
                }
            });
            connection = current;
        }
        Channel channel = events;
        if (channel == null || !channel.isOpen()) {
            channel = current.createChannel();
            channel.exchangeDeclare(EVENTS, "topic", true, false, Map.of());
            events = channel;
            complained = false;
        }
        if (inbox != null && !closing) {
            inbox.ensure(current);
        }
        if (!connected) {
            connected = true;
            if (listener != null) {
                listener.connected();
            }
        }
    }

    private void publishNext() throws IOException, InterruptedException {
        if (blocked) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
            return;
        }
        Ready next = ready;
        if (next == null) {
            Outgoing message = waiting.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            if (message == null) {
                return;
            }
            next = new Ready(message, message.body().get());
            ready = next;
        }
        if (next.message().reply()) {
            reply(next);
        } else {
            publish(events, next);
        }
        ready = null;
    }

    /** A reply to where nobody listens closes the channel; that must not hit the next one. */
    private void reply(Ready next) throws IOException {
        try {
            publish(openReplies(), next);
        } catch (AlreadyClosedException gone) {
            publish(openReplies(), next);
        }
    }

    private @Nullable Channel openReplies() throws IOException {
        Channel current = replies;
        if ((current == null || !current.isOpen()) && connection != null) {
            current = connection.createChannel();
            replies = current;
        }
        return current;
    }

    private static void publish(@Nullable Channel channel, Ready next) throws IOException {
        if (channel == null) {
            throw new IOException("no channel");
        }
        Outgoing message = next.message();
        channel.basicPublish(
                message.exchange(),
                message.routingKey(),
                new AMQP.BasicProperties.Builder()
                        .contentType("application/json")
                        .contentEncoding("utf-8")
                        .deliveryMode(1)
                        .priority(0)
                        .headers(message.headers())
                        .build(),
                next.body());
    }

    /** Publishes what waits, for at most a second, and disconnects. */
    @Override
    public void close() {
        closing = true;
        try {
            if (connected && thread.isAlive()) {
                thread.join(LAST_WORDS.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closed = true;
        thread.interrupt();
        Connection current = connection;
        if (current != null) {
            current.abort(1_000);
        }
        in.shutdownNow();
    }
}
