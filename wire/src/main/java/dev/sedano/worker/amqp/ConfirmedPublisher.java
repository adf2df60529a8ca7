package dev.sedano.worker.amqp;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import dev.sedano.worker.canvas.UnroutableException;
import dev.sedano.worker.canvas.UnsendableException;
import dev.sedano.worker.time.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes with the broker's word for it: mandatory, confirmed, and returned messages count as failed (a confirm alone
 * also comes for a message that was routed nowhere). Uses a connection of its own, opened when first needed, because a
 * broker that is short of memory stops reading from connections that publish, and acks must not stop with it.
 *
 * <p>While the broker blocks the connection (memory or disk alarm) nothing is sent and nothing times out: messages wait.
 *
 * <p>Thread-safe; what waits is bounded, and whoever publishes bounds what is unconfirmed. Owns one thread, {@code
 * sedano-publisher} unless another name is given.
 */
public final class ConfirmedPublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConfirmedPublisher.class);
    /** RabbitMQ's text about a message beyond its max_message_size. */
    private static final Pattern TOO_LARGE =
            Pattern.compile("larger than (?:the )?(?:configured )?max(?:imum)? size (\\d{1,9})");

    private static final int MOST_WAITING = 10_000;
    private static final Duration CONFIRM_WITHIN = Duration.ofSeconds(30);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long SAME_FAULT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /**
     * Where a message goes.
     *
     * @param exchange empty = the default exchange, where {@code queue} is the routing key
     * @param queue the routing key
     * @param arguments what the queue is declared with if it does not exist; only on the default exchange
     */
    public record Target(String exchange, String queue, Map<String, Object> arguments) {
        public static Target queue(String name, Map<String, Object> arguments) {
            return new Target("", name, arguments);
        }
    }

    /** Makes the publisher's connection. */
    public interface Connector {
        Connection connect(String purpose) throws IOException, TimeoutException;
    }

    /** A message went out and the broker's word for it did not come: it may be in its queue. */
    public static final class UnconfirmedException extends IOException {
        private static final long serialVersionUID = 1L;

        UnconfirmedException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** A message to publish, and the broker's word for it. */
    private static final class Publication extends CompletableFuture<Void> {
        private final Supplier<Target> place;
        private final boolean durable;
        /** Whether it gets a message id, by which a returned one is known; else by its route and correlation id. */
        private final boolean marked;

        private final AMQP.BasicProperties properties;
        private final byte[] body;
        private final AtomicBoolean taken = new AtomicBoolean();

        Publication(
                Supplier<Target> place, boolean durable, boolean marked, AMQP.BasicProperties properties, byte[] body) {
            this.place = place;
            this.durable = durable;
            this.marked = marked;
            this.properties = properties;
            this.body = body;
        }

        /** True once: whoever takes it decides whether it is sent or withdrawn. */
        boolean take() {
            return taken.compareAndSet(false, true);
        }
    }

    private record Sent(Publication publication, Target target, String id) {}

    private final Connector connector;
    private final Ticker ticker;
    private final Destinations destinations;
    private final ArrayBlockingQueue<Publication> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final ConcurrentNavigableMap<Long, Sent> unconfirmed = new ConcurrentSkipListMap<>();
    /** How many returned messages of each id still have their confirm to come. */
    private final ConcurrentMap<String, Integer> returned = new ConcurrentHashMap<>();

    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean blocked;
    /** The largest message that this broker takes, as far as it has said so. */
    private volatile int largest = Integer.MAX_VALUE;

    private @Nullable Connection connection;
    private @Nullable Channel channel;
    private long oldest;
    private long oldestSince;
    private String lastFault = "";
    private long lastFaultAt;

    /** @param mayDeclare whether queues that do not exist may be declared, as durable classic ones */
    public ConfirmedPublisher(Connector connector, Ticker ticker, boolean mayDeclare) {
        this(connector, ticker, mayDeclare, Definitions.NONE, "sedano-publisher");
    }

    /**
     * A publisher with more to it.
     *
     * @param defined what is declared in a way of its own
     * @param threadName the name of its thread
     */
    public ConfirmedPublisher(
            Connector connector, Ticker ticker, boolean mayDeclare, Definitions defined, String threadName) {
        this.connector = connector;
        this.ticker = ticker;
        this.destinations = new Destinations(mayDeclare, defined);
        this.thread = new Thread(this::loop, threadName);
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** Whether the broker takes no messages now. */
    public boolean isBlocked() {
        return blocked;
    }

    /** Publishes to a durable queue, which is declared if it does not exist and that is allowed. */
    public CompletableFuture<Void> publish(Target target, AMQP.BasicProperties properties, byte[] body) {
        return publish(() -> target, properties, body);
    }

    /**
     * As the other one, to a place that depends on when it is sent: it may wait here while the broker is away.
     *
     * @param place asked right before, by the publisher's thread; must not block
     */
    public CompletableFuture<Void> publish(Supplier<Target> place, AMQP.BasicProperties properties, byte[] body) {
        return offer(new Publication(place, true, true, properties, body));
    }

    /** As {@link #publish}, with the properties as they are: Celery's producers send no message id. */
    public CompletableFuture<Void> publishUnmarked(Target target, AMQP.BasicProperties properties, byte[] body) {
        return offer(new Publication(() -> target, true, false, properties, body));
    }

    /** Takes back a message that waits to be sent, if only for its connection. False: it is on its way, or was. */
    public boolean withdraw(CompletableFuture<Void> publication) {
        boolean withdrawn = publication instanceof Publication unsent && unsent.take();
        waiting.removeIf(each -> publication == each);
        return withdrawn;
    }

    /** Publishes to a queue that somebody else owns; a queue that is gone is no failure, nobody waits any more. */
    public CompletableFuture<Void> reply(String queue, AMQP.BasicProperties properties, byte[] body) {
        Target target = Target.queue(queue, Map.of());
        return offer(new Publication(() -> target, false, false, properties, body));
    }

    private CompletableFuture<Void> offer(Publication publication) {
        if (closed || !waiting.offer(publication)) {
            publication.completeExceptionally(new IOException(
                    closed ? "the publisher is closed" : "the publisher's queue of " + MOST_WAITING + " is full"));
        }
        return publication;
    }

    private void loop() {
        while (!closed) {
            Publication publication = null;
            try {
                if (blocked) {
                    oldestSince = 0; // a confirm has its whole time again when the broker goes on
                    LockSupport.parkNanos(LOOK_NANOS);
                    continue;
                }
                publication = waiting.poll(1, TimeUnit.SECONDS);
                expire();
                if (publication != null) {
                    send(publication);
                }
            } catch (InterruptedException e) {
                break;
            } catch (IOException | TimeoutException | RuntimeException e) {
                tell(e.toString());
                disconnect();
                if (publication != null) {
                    publication.completeExceptionally(e);
                }
            }
        }
        disconnect();
        IOException ended = new IOException("the publisher is closed");
        for (Publication left; (left = waiting.poll()) != null; ) {
            left.completeExceptionally(ended);
        }
    }

    /** All that waits fails alike while the broker is away: said once in a while. */
    private void tell(String fault) {
        long now = ticker.nanos();
        if (!fault.equals(lastFault) || now - lastFaultAt > SAME_FAULT_NANOS) {
            lastFault = fault;
            lastFaultAt = now;
            LOG.warn("publishing failed: {}", fault);
        }
    }

    private void send(Publication publication) throws IOException, TimeoutException {
        Channel to = channel();
        Target target = publication.place.get();
        String obstacle = Destinations.defect(connected(), target, publication.properties);
        if (obstacle == null && publication.durable) {
            obstacle = destinations.missing(connected(), target);
        }
        if (obstacle != null) {
            LOG.error(
                    "a message for exchange \"{}\", routing key \"{}\" is not sent: {}",
                    printable(target.exchange()),
                    printable(target.queue()),
                    obstacle);
            publication.completeExceptionally(new UnroutableException(obstacle));
            return;
        }
        String excess = tooLarge(publication);
        if (excess != null) {
            publication.completeExceptionally(new UnsendableException(excess));
            return;
        }
        AMQP.BasicProperties properties = publication.marked
                ? publication
                        .properties
                        .builder()
                        .messageId(UUID.randomUUID().toString())
                        .build()
                : publication.properties;
        if (!publication.take()) {
            return; // withdrawn meanwhile
        }
        long number = to.getNextPublishSeqNo();
        unconfirmed.put(number, new Sent(publication, target, identity(target.exchange(), target.queue(), properties)));
        try {
            to.basicPublish(target.exchange(), target.queue(), publication.durable, properties, publication.body);
        } catch (IOException | RuntimeException e) {
            unconfirmed.remove(number); // a channel lost just before was told so without it
            throw new UnconfirmedException("not confirmed: " + e.getMessage(), e);
        }
    }

    private @Nullable String tooLarge(Publication publication) {
        int bytes = publication.body.length;
        int most = largest;
        return bytes > most
                ? "the message has " + bytes + " bytes, this broker takes " + most + " (its max_message_size)"
                : null;
    }

    /** Two messages of one identity have one route, so both are returned or neither. */
    private static String identity(String exchange, String routingKey, AMQP.BasicProperties properties) {
        String id = properties.getMessageId();
        return id != null ? id : exchange + '\0' + routingKey + '\0' + properties.getCorrelationId();
    }

    private static String printable(String name) {
        return name.substring(0, Math.min(name.length(), 100)).replaceAll("\\p{Cntrl}", "?");
    }

    private Channel channel() throws IOException, TimeoutException {
        Channel known = channel;
        if (known != null && known.isOpen()) {
            return known;
        }
        disconnect();
        Channel fresh = connected().createChannel();
        fresh.confirmSelect();
        fresh.addConfirmListener(
                (tag, multiple) -> confirmed(tag, multiple, null),
                (tag, multiple) -> confirmed(tag, multiple, "the broker refused the message"));
        fresh.addReturnListener(message -> returned.merge(
                identity(message.getExchange(), message.getRoutingKey(), message.getProperties()), 1, Integer::sum));
        fresh.addShutdownListener(this::lost);
        destinations.forget();
        channel = fresh;
        return fresh;
    }

    private Connection connected() throws IOException, TimeoutException {
        Connection known = connection;
        if (known == null || !known.isOpen()) {
            known = connector.connect("publisher");
            known.addBlockedListener(this::blocked, this::unblocked);
            connection = known;
        }
        return known;
    }

    private void blocked(String reason) {
        LOG.warn("the broker blocks publishing ({}): replies and moved deliveries wait", reason);
        blocked = true;
    }

    private void unblocked() {
        LOG.info("the broker takes messages again");
        blocked = false;
        LockSupport.unpark(thread);
    }

    private void confirmed(long tag, boolean multiple, @Nullable String refusal) {
        NavigableMap<Long, Sent> settled =
                multiple ? unconfirmed.headMap(tag, true) : unconfirmed.subMap(tag, true, tag, true);
        for (Map.Entry<Long, Sent> entry : settled.entrySet()) {
            Sent sent = unconfirmed.remove(entry.getKey());
            if (sent == null) {
                continue;
            }
            boolean unroutable = returned.containsKey(sent.id());
            if (unroutable) {
                returned.computeIfPresent(sent.id(), (id, count) -> count == 1 ? null : count - 1);
            }
            if (unroutable) {
                destinations.forgetQueue(sent.target().queue()); // somebody deleted it: declare it again
            }
            if (refusal != null || unroutable) {
                sent.publication()
                        .completeExceptionally(refusal != null ? new IOException(refusal) : nowhere(sent.target()));
            } else {
                sent.publication().complete(null);
            }
        }
    }

    private static UnroutableException nowhere(Target target) {
        return new UnroutableException(
                target.exchange().isEmpty()
                        ? "no queue " + target.queue()
                        : "no queue is bound to exchange " + target.exchange() + " for routing key " + target.queue());
    }

    private void lost(ShutdownSignalException cause) {
        List<Sent> all = new ArrayList<>(unconfirmed.values());
        unconfirmed.clear();
        returned.clear();
        if (cause.isHardError()) {
            blocked = false; // the connection is gone; the next one is told anew
            largest = Integer.MAX_VALUE; // and may be another broker's
        }
        learnLargest(cause);
        for (Sent sent : all) {
            String excess = tooLarge(sent.publication());
            sent.publication()
                    .completeExceptionally(
                            excess == null
                                    ? new UnconfirmedException("not confirmed: channel closed", cause)
                                    : new UnsendableException(excess));
        }
    }

    /** Brokers name their limit only when they close the channel over it; sent again, such a message would close the next. */
    private void learnLargest(ShutdownSignalException cause) {
        if (cause.getReason() instanceof AMQP.Channel.Close close && close.getReplyCode() == AMQP.PRECONDITION_FAILED) {
            Matcher told = TOO_LARGE.matcher(String.valueOf(close.getReplyText()));
            if (told.find()) {
                largest = Integer.parseInt(told.group(1));
                LOG.error(
                        "the broker takes messages of {} bytes at most (max_message_size): larger ones fail", largest);
            }
        }
    }

    /** A confirm that does not come within its time: the connection is given up, everything unconfirmed fails. */
    private void expire() {
        if (unconfirmed.isEmpty()) {
            oldestSince = 0;
            return;
        }
        long first = unconfirmed.firstKey();
        long now = ticker.nanos();
        if (first != oldest || oldestSince == 0) {
            oldest = first;
            oldestSince = now;
        } else if (now - oldestSince > CONFIRM_WITHIN.toNanos()) {
            LOG.warn("no confirm within {} s", CONFIRM_WITHIN.toSeconds());
            oldestSince = 0;
            disconnect();
        }
    }

    private void disconnect() {
        Connection known = connection;
        connection = null;
        channel = null;
        if (known != null) {
            known.abort(1_000);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
