package dev.sedano.workbench;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the demo's messages at a steady pace with publisher confirms. Every tenth message is a copy (same id, same
 * body) of the one sent five messages before. One thread of its own publishes; the other methods are thread-safe.
 */
final class DemoFeed implements AutoCloseable {
    static final int MESSAGES = 2_000;
    static final int COPIES = MESSAGES / 10;
    static final int UNIQUE = MESSAGES - COPIES;

    private static final int COPY_DISTANCE = 5;
    private static final Duration PACE = Duration.ofMillis(5);
    private static final Duration CONFIRM_LIMIT = Duration.ofSeconds(30);
    private static final String TASK = "demo.work";

    private final String queue;
    private final String run = UUID.randomUUID().toString();
    private final Connection connection;
    private final Channel channel;
    private final AtomicInteger published = new AtomicInteger();
    private final AtomicInteger unroutable = new AtomicInteger();
    private final Thread publisher = new Thread(this::publishAll, "sedano-demo-feed");
    private volatile boolean confirmed;
    private volatile @Nullable Exception failure;

    private DemoFeed(Connection connection, Channel channel, String queue) {
        this.connection = connection;
        this.channel = channel;
        this.queue = queue;
    }

    /** Connects to the broker; the queue must exist before {@link #start()}. */
    static DemoFeed connect(String brokerUrl, String queue) {
        ConnectionFactory factory = new ConnectionFactory();
        try {
            // Celery writes the default virtual host as //, which Java's client does not take.
            factory.setUri(brokerUrl.replaceFirst("^pyamqp", "amqp").replaceFirst("(?<!:)//$", "/%2F"));
            Connection connection = factory.newConnection("sedano-demo");
            Channel channel = connection.createChannel();
            channel.confirmSelect();
            DemoFeed feed = new DemoFeed(connection, channel, queue);
            channel.addReturnListener(returned -> feed.unroutable.incrementAndGet());
            return feed;
        } catch (IOException | TimeoutException | GeneralSecurityException | URISyntaxException e) {
            throw new WorkbenchException(
                    "the demo cannot connect to the broker: " + e.getClass().getSimpleName(), e);
        }
    }

    /** Returns message {@code n} of a run, counted from 0. */
    static CeleryMessage message(String run, int n) {
        int number = n % 10 == 9 ? n - COPY_DISTANCE : n;
        return new CeleryMessage(run + "-" + number, TASK, number);
    }

    void start() {
        publisher.start();
    }

    int published() {
        return published.get();
    }

    /** Returns whether the broker has confirmed everything; throws what stopped the feed, if something did. */
    boolean isConfirmed() {
        Exception stopped = failure;
        if (stopped != null) {
            throw new WorkbenchException(
                    "the demo's messages could not all be published: " + stopped.getMessage(), stopped);
        }
        if (unroutable.get() > 0) {
            throw new WorkbenchException("the broker returned messages: queue " + queue + " does not exist");
        }
        return confirmed;
    }

    private void publishAll() {
        long started = System.nanoTime();
        try {
            for (int n = 0; n < MESSAGES; n++) {
                pace(started, n);
                CeleryMessage message = message(run, n);
                channel.basicPublish("", queue, true, message.properties(run), message.body());
                published.incrementAndGet();
            }
            channel.waitForConfirmsOrDie(CONFIRM_LIMIT.toMillis());
            confirmed = true;
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        } catch (IOException | TimeoutException | RuntimeException e) {
            failure = e;
        }
    }

    private static void pace(long started, int n) throws InterruptedException {
        long due = started + PACE.toNanos() * n;
        for (long rest = due - System.nanoTime(); rest > 0; rest = due - System.nanoTime()) {
            LockSupport.parkNanos(rest);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Returns how many messages wait in the queue, those that a worker holds not included. */
    int waiting() {
        try (Channel look = connection.createChannel()) {
            return look.queueDeclarePassive(queue).getMessageCount();
        } catch (IOException | TimeoutException e) {
            throw new WorkbenchException("cannot look into queue " + queue + ": " + e.getMessage(), e);
        }
    }

    /** Removes the demo's queues and exchange, which matters on a broker that was given, and disconnects. */
    @Override
    public void close() throws IOException {
        publisher.interrupt();
        try (Connection closing = connection) {
            Channel tidy = closing.createChannel();
            tidy.queueDelete(queue);
            tidy.queueDelete(queue + ".dead");
            tidy.exchangeDelete(queue);
        }
    }
}
