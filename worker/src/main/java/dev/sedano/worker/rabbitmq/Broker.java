package dev.sedano.worker.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Connection;
import dev.sedano.worker.amqp.BrokerConnections;
import dev.sedano.worker.amqp.ConfirmedPublisher;
import dev.sedano.worker.amqp.Endpoint;
import dev.sedano.worker.canvas.OutgoingMessage;
import dev.sedano.worker.delivery.Delivery;
import dev.sedano.worker.delivery.DeliveryPipeline;
import dev.sedano.worker.delivery.InFlight;
import dev.sedano.worker.protocol.Encoder;
import dev.sedano.worker.time.Ticker;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker's side of RabbitMQ: keeps a connection, a session on it and the right number of consumers, by looking at
 * what is wanted and what is there, and mending the difference. Starting, recovering from a lost connection, a closed
 * channel, a deleted queue or a store outage are therefore the same code.
 *
 * <p>Thread-safe. Owns the threads {@code sedano-broker} (all of the above) and {@code sedano-dispatch} (deliveries).
 */
public final class Broker implements AutoCloseable {
    /** Why nothing is consumed. */
    public enum Pause {
        /** The idempotency store is down. */
        STORE_DOWN,
        /** What earlier workers finished is recorded first. */
        REPLAY,
        /** The worker stops. */
        SHUTDOWN
    }

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long RETRY_MILLIS = 500;
    /** A socket that is torn off takes along the acks which a slow broker has not read yet; their work comes again. */
    private static final int FAREWELL_MILLIS = 8_000;

    private final BrokerSettings settings;
    private final BrokerEvents events;
    private final Settler settler;
    private final ConfirmedPublisher publisher;
    private final DeliveryLimits limits;
    private final KnownQueues known;
    /** Queues whose messages have priorities: such as are consumed or defined, so there are few. */
    private final Set<String> ranked = ConcurrentHashMap.newKeySet();

    private final WantedQueues wanted;
    private final EnsuredQueues queues;
    private final DelayQueues delayQueues;

    private final MovedDeliveries moved;
    private final ExecutorService dispatch = Executors.newSingleThreadExecutor(task -> daemon(task, "sedano-dispatch"));
    private final Thread thread = daemon(this::loop, "sedano-broker");
    private final Pauses pauses = new Pauses();
    private final CompletableFuture<Void> firstConnection = new CompletableFuture<>();
    private @Nullable DeliveryPipeline pipeline;
    private @Nullable InFlight inFlight;
    private volatile int slots;
    private volatile boolean rampUp;
    private volatile boolean closed;
    private volatile boolean connected;
    private volatile boolean consuming;
    private @Nullable Connection connection;
    private volatile @Nullable Endpoint endpoint;
    private volatile @Nullable ConsumerSession session;
    private long receivedAtGrowth;
    private int slotsAtLook;

    public Broker(
            BrokerSettings settings, BrokerEvents events, ScheduledExecutorService timer, Clock clock, Ticker ticker) {
        this.settings = settings;
        this.events = events;
        this.publisher = new ConfirmedPublisher(
                this::connect,
                ticker,
                settings.topology() == BrokerSettings.TopologyMode.DECLARE,
                new DefinedQueues(settings.defined()),
                "sedano-publisher");
        this.limits = new DeliveryLimits(settings.deliveryLimit());
        this.known = new KnownQueues(limits, settings.remembered());
        this.wanted = new WantedQueues(settings.queues(), settings.defined());
        this.queues = new EnsuredQueues(wanted, known, settings, ticker);
        this.slots = settings.slots();
        this.delayQueues = new DelayQueues(ticker);
        for (QueueBinding queue : settings.defined()) {
            if (queue.arguments().containsKey(QueueArguments.MOST_PRIORITY)) {
                ranked.add(queue.queue());
            }
        }
        this.moved = new MovedDeliveries(
                publisher,
                known::keepsWaitingInQuorum,
                new DelayedDeliveries(publisher, delayQueues, known::keepsWaitingInQuorum, events, clock, ticker),
                settings.node(),
                clock);
        this.settler = new Settler(moved, timer);
    }

    private static Thread daemon(Runnable body, String name) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Begins to consume into {@code pipeline}. The future completes with the first connection; it never fails. */
    public CompletableFuture<Void> start(DeliveryPipeline into) {
        pipeline = into;
        inFlight = into.inFlight();
        settler.start();
        publisher.start();
        thread.start();
        return firstConnection;
    }

    /**
     * Cancels the consumers; unsettled deliveries stay with us. The future completes when nothing more is delivered,
     * because the consumers are cancelled or the connection is gone.
     */
    public CompletableFuture<Void> pause(Pause reason) {
        CompletableFuture<Void> quiet = pauses.add(reason);
        LockSupport.unpark(thread);
        return quiet;
    }

    /** Consumes again, with a prefetch of 1 that grows. */
    public void resume(Pause reason) {
        pauses.remove(reason);
        rampUp = true;
        LockSupport.unpark(thread);
    }

    /** Consumes a queue more, soon and from then on; one of the settings as they define it. If that proves impossible from the start it is forgotten, with a warning. */
    public void add(QueueBinding queue) {
        if (wanted.add(queue)) {
            LockSupport.unpark(thread);
        }
    }

    /** Consumes a queue no more. What has arrived from it stays. */
    public void cancel(String queue) {
        wanted.remove(queue);
        LockSupport.unpark(thread);
    }

    /** The queues that are consumed, or shall be. */
    public List<QueueBinding> queues() {
        return wanted.all();
    }

    /** Takes as many deliveries ahead as so many slots need. */
    public void resize(int now) {
        slots = now;
        LockSupport.unpark(thread);
    }

    /** Deliveries taken ahead of each queue, at least. */
    public int prefetch() {
        return leastPrefetch();
    }

    /** The broker that deliveries come from, or did last; null before the first connection. */
    public @Nullable Endpoint endpoint() {
        return endpoint;
    }

    /** Whether the broker connection is open. */
    public boolean isConnected() {
        return connected;
    }

    /** Whether at least one consumer is active. */
    public boolean isConsuming() {
        return consuming;
    }

    /** Whether the broker takes no messages from us now, being low on memory or disk; they wait. */
    public boolean isBlocked() {
        return publisher.isBlocked();
    }

    /** Deliveries that arrived and are not settled. */
    public int unsettled() {
        ConsumerSession active = session;
        return active == null ? 0 : active.unsettled();
    }

    /** Sends a result to a caller's reply queue (Celery's rpc:// backend). */
    public CompletableFuture<?> reply(String replyTo, String correlationId, Encoder.Payload record) {
        return publisher.reply(replyTo, replyProperties(correlationId, record), record.body());
    }

    /** As Celery's rpc:// backend sends results. */
    static AMQP.BasicProperties replyProperties(@Nullable String correlationId, Encoder.Payload record) {
        return new AMQP.BasicProperties.Builder()
                .contentType(record.contentType())
                .contentEncoding(record.contentEncoding())
                .correlationId(correlationId)
                .deliveryMode(1)
                .priority(0)
                .headers(Map.of())
                .build();
    }

    /**
     * A session for remote control and events, with a connection of its own; it belongs to the caller, who starts it.
     *
     * @param listens whether the node takes control messages
     */
    public ControlSession controlSession(boolean listens, Ticker ticker) {
        return new ControlSession(this::connect, settings.node(), listens, ticker);
    }

    /** Publishes what follows from a delivery; the future completes when the broker confirmed it. */
    public CompletableFuture<?> publish(OutgoingMessage message) {
        return moved.publish(message);
    }

    private void loop() {
        while (!closed) {
            try {
                mend();
                LockSupport.parkNanos(LOOK_NANOS);
            } catch (IOException | TimeoutException | RuntimeException e) {
                if (closed) {
                    return;
                }
                LOG.warn("broker: {}; trying again", BrokerConnections.rootMessage(e));
                report();
                pauses.tellQuiet();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(
                        RETRY_MILLIS / 2 + ThreadLocalRandom.current().nextLong(RETRY_MILLIS)));
            }
        }
    }

    private void mend() throws IOException, TimeoutException {
        Connection current = connection;
        if (current == null || !current.isOpen()) {
            current = BrokerConnections.open(settings.brokers(), dispatch, connectionName("consumer"), taken -> {
                endpoint = taken;
            });
            connection = current;
            LOG.info("connected to broker {}:{}", current.getAddress().getHostAddress(), current.getPort());
        }
        ConsumerSession active = session;
        if (active == null || !active.isOpen()) {
            limits.broker(BrokerVersion.of(current));
            queues.forget();
            delayQueues.forget();
            queues.ensure(current);
            active = open(current);
            session = active;
            receivedAtGrowth = 0;
        }
        if (pauses.any()) {
            active.cancelAll();
            pauses.tellQuiet();
        } else {
            queues.ensure(current);
            active.cancelAllBut(wanted::contains);
            // Looked at before anything is added: what arrives meanwhile is a reason to grow at the next look.
            long received = active.received();
            int slotsNow = slots;
            for (QueueBinding queue : queues.ready()) {
                if (settings.topology() == BrokerSettings.TopologyMode.DECLARE) {
                    delayQueues.look(current, queue.queue());
                }
                try {
                    adjust(active, queue.queue(), received > receivedAtGrowth, slotsNow < slotsAtLook);
                    queues.consumed(queue);
                } catch (AlreadyClosedException e) {
                    throw e; // the channel had gone before: not this queue's fault
                } catch (IOException | RuntimeException e) {
                    queues.refused(queue, e);
                    throw e;
                }
            }
            receivedAtGrowth = received;
            slotsAtLook = slotsNow;
        }
        report();
        firstConnection.complete(null);
    }

    private ConsumerSession open(Connection current) throws IOException {
        DeliveryPipeline into = Objects.requireNonNull(pipeline);
        InFlight flying = Objects.requireNonNull(inFlight);
        ConsumerSession[] self = new ConsumerSession[1];
        ConsumerSession opened = new ConsumerSession(
                current.createChannel(), settler, events, limits, delivery -> arrived(into, delivery), () -> {
                    flying.channelGone(Objects.requireNonNull(self[0]));
                    LockSupport.unpark(thread);
                });
        self[0] = opened;
        return opened;
    }

    private void arrived(DeliveryPipeline into, Delivery delivery) {
        Integer priority = delivery.properties().priority();
        if (priority != null && priority > 0) {
            ranked.add(delivery.queue());
        }
        into.accept(delivery);
        ConsumerSession active = session;
        if (rampUp && active != null && active.received() > receivedAtGrowth) {
            LockSupport.unpark(thread);
        }
    }

    private void adjust(ConsumerSession active, String queue, boolean busy, boolean fewer) throws IOException {
        PrefetchStep.Consumers now = active.consumers(queue);
        // What is taken ahead is out of the broker's order: with priorities no more than the settings say. And a broker
        // serves its consumers in turn: where others know tasks that we do not, each worker is to be one of them.
        boolean inTurn = settings.shared() || ranked.contains(queue) || known.hasPriorities(queue);
        int held = Objects.requireNonNull(inFlight).held(queue);
        int target = (inTurn ? leastPrefetch() : workingPrefetch()) + held;
        if (now.reach(target)) {
            rampUp = false;
        }
        PrefetchStep step = PrefetchStep.next(
                now, new PrefetchStep.Wanted(leastPrefetch(), held, target, rampUp && !settings.shared(), busy, fewer));
        if (step instanceof PrefetchStep.Add more) {
            active.consume(queue, more.prefetch());
        } else if (step instanceof PrefetchStep.Replace one) {
            active.replace(queue, one.prefetch());
        } else if (step instanceof PrefetchStep.CancelLast) {
            active.cancelLast(queue);
        }
    }

    /**
     * As much as the handlers finish in a tenth of a second, within the limits. Before some have ended it is the least: of
     * what is taken ahead of long ones other workers would run nothing.
     */
    private int workingPrefetch() {
        double perTenth = 1e8 * Objects.requireNonNull(inFlight).handlersPerNano(slots);
        int least = leastPrefetch();
        return (int) Math.max(least, Math.min(perTenth, Math.max(least, settings.mostPrefetch())));
    }

    private int leastPrefetch() {
        return (int) Math.max(1, (long) settings.leastPrefetch() * slots / settings.slots());
    }

    private void report() {
        Connection current = connection;
        ConsumerSession active = session;
        connected = current != null && current.isOpen();
        consuming = connected && active != null && active.isConsuming();
        events.connected(connected);
        events.consuming(consuming);
    }

    private Connection connect(String purpose) throws IOException {
        return connect(purpose, dispatch);
    }

    private Connection connect(String purpose, ExecutorService threads) throws IOException {
        return BrokerConnections.open(settings.brokers(), threads, connectionName(purpose));
    }

    private String connectionName(String purpose) {
        return "sedano " + settings.node() + " " + purpose;
    }

    /** Performs the settlements that wait, then leaves; the broker requeues what is unsettled. */
    @Override
    public void close() {
        settler.close();
        closed = true; // before the connection goes, which would look like a loss to be mended
        LockSupport.unpark(thread);
        publisher.close();
        Connection current = connection;
        if (current != null) {
            current.abort(FAREWELL_MILLIS);
        }
        dispatch.shutdown();
    }
}
