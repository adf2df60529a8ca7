package dev.sedano.worker.control;

import dev.sedano.worker.delivery.TaskView;
import dev.sedano.worker.event.EventOutlet;
import dev.sedano.worker.event.EventSender;
import dev.sedano.worker.event.LamportClock;
import dev.sedano.worker.event.TaskEvents;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.MessageProperties;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A mailbox whose worker notes what it is told to do. */
final class ControlFixture implements WorkerView, WorkerControls, RevokeRecords, EventOutlet {
    static final String NODE = "w@host";

    /** What was done, as {@code name argument …}. */
    final List<String> done = new ArrayList<>();
    /** Rate limits of the settings; t.b has one. */
    private static final Map<String, String> RATES = Map.of("t.b", "100/s");
    /** Exchange of each reply, and the reply itself. */
    final List<Map.Entry<String, Object>> replies = new ArrayList<>();

    final List<Map<String, Object>> replyHeaders = new ArrayList<>();
    final CeleryJson json = new CeleryJson();
    final LamportClock lamport = new LamportClock();
    final RevokedTasks revoked = new RevokedTasks(Duration.ofDays(1), Clock.systemUTC());
    final Mailbox mailbox;
    WorkerView.@Nullable Bounds bounds;

    ControlFixture(ControlAccess access) {
        EventSender sender = new EventSender(NODE, lamport, Clock.systemUTC(), json, this);
        mailbox = Mailboxes.of(
                NODE,
                access,
                new Mailboxes.Collaborators(
                        this,
                        this,
                        revoked,
                        this,
                        new TaskEvents(sender, json, false),
                        lamport,
                        json,
                        (exchange, routingKey, headers, body) -> {
                            replyHeaders.add(headers);
                            replies.add(Map.entry(exchange, java.util.Objects.requireNonNull(json.decode(body))));
                        }));
    }

    /** A message as Celery's clients send it. */
    static Map<String, @Nullable Object> message(String method, @Nullable Object arguments) {
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("method", method);
        message.put("arguments", arguments);
        message.put("destination", List.of(NODE));
        message.put("pattern", null);
        message.put("matcher", null);
        message.put("ticket", "t-1");
        message.put("reply_to", Map.of("exchange", "reply.celery.pidbox", "routing_key", "oid"));
        return message;
    }

    void send(@Nullable Object message) {
        send("application/json", Map.of("clock", 7), json.encode(message));
    }

    void send(String contentType, Map<String, @Nullable Object> headers, byte[] body) {
        mailbox.received(new MessageProperties(contentType, "utf-8", null, null, null, 0, headers), body);
    }

    void sendText(String body) {
        send("application/json", Map.of(), body.getBytes(StandardCharsets.UTF_8));
    }

    /** What this node replies to a command; "no reply" if nothing. */
    @Nullable
    Object ask(String method, @Nullable Object arguments) {
        int before = replies.size();
        send(message(method, arguments));
        if (replies.size() == before) {
            return "no reply";
        }
        return ((Map<?, ?>) replies.get(replies.size() - 1).getValue()).get(NODE);
    }

    @Override
    public List<TaskView> tasks() {
        return List.of();
    }

    @Override
    public Map<String, Long> totals() {
        return Map.of("t.a", 3L);
    }

    @Override
    public Set<String> taskNames() {
        return Set.of("t.a", "t.b");
    }

    @Override
    public Map<String, String> rates() {
        return RATES;
    }

    @Override
    public List<ConsumedQueue> queues() {
        return List.of(
                new ConsumedQueue("celery", "celery", "direct", "celery", true, Map.of()),
                new ConsumedQueue(
                        "feeds",
                        "feedx",
                        "topic",
                        "feeds.#",
                        false,
                        Map.of("x-max-priority", 10, "x-expires", 90_000, "x-message-ttl", 1_500, "x-max-length", 7)));
    }

    @Override
    public Map<String, @Nullable Object> settings() {
        return Map.of("timezone", "UTC");
    }

    @Override
    public String software() {
        return "sedano:test";
    }

    @Override
    public long uptimeSeconds() {
        return 5;
    }

    @Override
    public PoolView pool() {
        return new PoolView("threads", 4, 1, bounds, null, 2.5);
    }

    @Override
    public int prefetch() {
        return 16;
    }

    @Override
    public BrokerView broker() {
        return new BrokerView("host", 5672, "guest", "/", false, List.of("amqp://host:5672//", "amqp://other:5672//"));
    }

    @Override
    public void stop() {
        done.add("stop");
    }

    @Override
    public void beat() {
        done.add("beat");
    }

    @Override
    public void releaseRevoked() {
        done.add("release");
    }

    @Override
    public int resize(int by) {
        done.add("resize " + by);
        return 4 + by;
    }

    @Override
    public @Nullable Bounds autoscale(@Nullable Integer most, @Nullable Integer least) {
        if (bounds != null) {
            done.add("autoscale " + most + " " + least);
            bounds = new Bounds(least == null ? bounds.least() : least, most == null ? bounds.most() : most);
        }
        return bounds;
    }

    @Override
    public void addQueue(ConsumedQueue queue) {
        done.add("add " + queue.name() + " " + queue.exchange() + " " + queue.type() + " " + queue.routingKey()
                + (queue.durable() ? "" : " transient")
                + (queue.arguments().isEmpty() ? "" : " " + new TreeMap<>(queue.arguments())));
    }

    @Override
    public void cancelQueue(String queue) {
        done.add("cancel " + queue);
    }

    @Override
    public void rateLimit(String task, double perSecond) {
        done.add("rate " + task + " " + perSecond);
    }

    @Override
    public void timeLimit(String task, @Nullable Double soft, @Nullable Double hard) {
        done.add("time " + task + " " + soft + " " + hard);
    }

    @Override
    public void keep(Collection<String> entries) {
        done.add("keep " + entries);
    }

    @Override
    public void tellCallers(List<String> ids) {
        done.add("tell " + ids);
    }

    @Override
    public boolean offer(String routingKey, Supplier<byte[]> body) {
        return true;
    }

    @Override
    public boolean isConnected() {
        return true;
    }
}
