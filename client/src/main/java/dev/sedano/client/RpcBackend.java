package dev.sedano.client;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.sedano.task.client.ResultsException;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.ResultForm;
import dev.sedano.worker.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Results as messages to a queue of this client's own (CONTRACT §5.1), read as they come. Keeps the records of the last
 * 10,000 tasks. Unlike Celery's the queue is not deleted with its consumer, so that replies wait while the connection is
 * mended; it goes by itself when nobody read it for the time of {@code result_expires}.
 *
 * <p>Thread-safe. Owns the thread {@code sedano-client-replies}, which keeps the connection; replies come on the AMQP
 * client's thread.
 */
final class RpcBackend implements Backend {
    private static final Logger LOG = LoggerFactory.getLogger(RpcBackend.class);
    private static final int MOST_KEPT = 10_000;
    private static final long PAUSE_MILLIS = 500;

    /** Opens the connection for replies. */
    interface Connector {
        Connection connect() throws IOException, TimeoutException;
    }

    private final Connector connector;
    private final String queue;
    private final Duration expires;
    private final Duration startWithin;
    private final Ticker ticker;
    private final ResultForm form;
    /** Guarded by this, which is notified of each change. */
    private final Map<String, TaskRecord> records = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, TaskRecord> eldest) {
            return size() > MOST_KEPT;
        }
    };
    /** Guarded by this. */
    private @Nullable Thread thread;
    /** Guarded by this. The queue exists: it stays while the connection is mended. */
    private boolean declared;
    /** Guarded by this. Open when the connection in use is lost, or this is closed; each connection has its own. */
    private CountDownLatch lost = new CountDownLatch(1);
    /** Guarded by this. */
    private boolean closed;
    /** Guarded by this. */
    private String obstacle = "";

    /** @param startWithin how long the first send waits for the queue of replies */
    RpcBackend(
            Connector connector, String queue, Duration expires, Duration startWithin, CeleryJson json, Ticker ticker) {
        this.connector = connector;
        this.queue = queue;
        this.expires = expires;
        this.startWithin = startWithin;
        this.ticker = ticker;
        this.form = ResultForm.ofJson(json);
    }

    /** Replies to a queue that is not there are dropped, so it must be there before the first task is sent. */
    @Override
    public synchronized void expect() {
        if (thread == null && !closed) {
            Thread started = new Thread(this::loop, "sedano-client-replies");
            started.setDaemon(true);
            thread = started;
            started.start();
        }
        long until = ticker.nanos() + RedisBackend.nanos(startWithin);
        while (!declared) {
            long left = until - ticker.nanos();
            if (closed) {
                throw ResultServer.closedAlready();
            }
            if (left <= 0) {
                throw new ResultsException("the queue of replies could not be declared: " + obstacle, null);
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ResultsException("interrupted while the queue of replies was declared", e);
            }
        }
    }

    @Override
    public void checkChords() {
        throw new IllegalArgumentException(
                "a chord needs results in Redis, rpc:// cannot keep its parts: give ClientConfig a Redis as result_backend");
    }

    private void loop() {
        while (!isClosed()) {
            try (Connection connection = connector.connect()) {
                Channel channel = connection.createChannel();
                CountDownLatch ended = begun();
                connection.addShutdownListener(cause -> ended.countDown());
                channel.addShutdownListener(cause -> ended.countDown());
                channel.queueDeclare(queue, true, false, false, Map.of("x-expires", (int)
                        Math.min(expires.toMillis(), Integer.MAX_VALUE)));
                channel.basicConsume(queue, true, new Replies(channel, ended));
                declared();
                ended.await();
            } catch (InterruptedException e) {
                stop();
            } catch (IOException | TimeoutException | ShutdownSignalException e) {
                LOG.warn("replies cannot be read now, trying again: {}", e.getMessage());
                pause(String.valueOf(e.getMessage()));
            }
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** A connection more. What the one before may still say counts for that alone. */
    private synchronized CountDownLatch begun() {
        lost = new CountDownLatch(closed ? 0 : 1);
        return lost;
    }

    private synchronized void declared() {
        declared = true;
        notifyAll();
    }

    private synchronized void stop() {
        closed = true;
        lost.countDown();
        notifyAll();
    }

    private synchronized void pause(String why) {
        obstacle = why;
        try {
            long until = ticker.nanos() + TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS);
            for (long left = until - ticker.nanos(); left > 0 && !closed; left = until - ticker.nanos()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    private final class Replies extends DefaultConsumer {
        private final CountDownLatch ended;

        Replies(Channel channel, CountDownLatch ended) {
            super(channel);
            this.ended = ended;
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
            Object plain;
            try {
                plain = form.read(body);
                TaskRecord record = TaskRecord.of(plain);
                Object id = plain instanceof Map<?, ?> fields ? fields.get("task_id") : null;
                received(id instanceof String text ? text : String.valueOf(properties.getCorrelationId()), record);
            } catch (RuntimeException e) {
                LOG.warn("a reply is no result record, dropped: {}", e.getMessage());
            }
        }

        @Override
        public void handleCancel(String tag) {
            ended.countDown();
        }
    }

    /** A final record stays: states of a redelivered run may come later. */
    private synchronized void received(String taskId, TaskRecord record) {
        TaskRecord known = records.get(taskId);
        if (known == null || !known.isFinal()) {
            records.put(taskId, record);
            notifyAll();
        }
    }

    @Override
    public synchronized TaskRecord read(String taskId) {
        return records.getOrDefault(taskId, TaskRecord.PENDING);
    }

    @Override
    public synchronized TaskRecord await(String taskId, Duration within) throws InterruptedException {
        long until = ticker.nanos() + RedisBackend.nanos(within);
        while (true) {
            TaskRecord record = read(taskId);
            long left = until - ticker.nanos();
            if (record.isFinal() || left <= 0) {
                return record;
            }
            if (closed) {
                throw ResultServer.closedAlready();
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    @Override
    public synchronized void forget(String taskId) {
        records.remove(taskId);
    }

    private static ResultsException noGroups() {
        return new ResultsException("groups are saved in Redis, not with rpc://", null);
    }

    @Override
    public void beginChord(String group, int size, byte @Nullable [] savedGroup) {
        throw noGroups();
    }

    @Override
    public void saveGroup(String group, List<@Nullable Object> tuple) {
        throw noGroups();
    }

    @Override
    public @Nullable List<?> savedGroup(String group) {
        throw noGroups();
    }

    @Override
    public void forgetGroup(String group) {}

    @Override
    public void close() {
        Thread reading;
        stop();
        synchronized (this) {
            reading = thread;
        }
        if (reading != null) {
            try {
                reading.join(2_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
