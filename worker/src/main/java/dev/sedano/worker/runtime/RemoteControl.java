package dev.sedano.worker.runtime;

import dev.sedano.worker.control.Mailbox;
import dev.sedano.worker.control.Mailboxes;
import dev.sedano.worker.control.Mingle;
import dev.sedano.worker.control.RevokedTasks;
import dev.sedano.worker.delivery.DeliveryPipeline;
import dev.sedano.worker.delivery.InFlight;
import dev.sedano.worker.delivery.Oversight;
import dev.sedano.worker.delivery.TaskView;
import dev.sedano.worker.event.EventOutlet;
import dev.sedano.worker.event.EventSender;
import dev.sedano.worker.event.Heartbeat;
import dev.sedano.worker.event.LamportClock;
import dev.sedano.worker.event.TaskEvents;
import dev.sedano.worker.event.WorkerFigures;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.protocol.TaskMessage;
import dev.sedano.worker.rabbitmq.Broker;
import dev.sedano.worker.rabbitmq.ControlSession;
import dev.sedano.worker.time.Ticker;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events and remote control of one worker, wired to it. What fails here is logged and never reaches the tasks.
 * Thread-safe.
 */
final class RemoteControl implements Oversight {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteControl.class);

    private final ControlSession session;
    private final ScheduledExecutorService timer;
    private final LamportClock lamport = new LamportClock();
    private final TaskEvents events;
    private final Heartbeat heartbeat;
    private final RevokedTasks revoked;
    private final Map<String, LongAdder> totals = new ConcurrentHashMap<>();
    private final Map<String, Limits> timeLimits = new ConcurrentHashMap<>();
    private final WorkerConfig config;
    private final Broker broker;
    private final CeleryJson json;
    private final Ticker ticker;
    private volatile @Nullable DeliveryPipeline pipeline;

    RemoteControl(
            WorkerConfig config,
            Broker broker,
            CeleryJson json,
            ScheduledExecutorService timer,
            Clock clock,
            Ticker ticker) {
        this.session = broker.controlSession(config.control().listens(), ticker);
        this.timer = timer;
        this.config = config;
        this.broker = broker;
        this.json = json;
        this.ticker = ticker;
        this.revoked = new RevokedTasks(config.retention(), clock);
        Outlet outlet = new Outlet(config.node());
        EventSender sender =
                new EventSender(config.node(), lamport, clock.withZone(ZoneId.systemDefault()), json, outlet);
        this.events = new TaskEvents(sender, json, config.taskEvents());
        this.heartbeat = new Heartbeat(sender, outlet, new Figures(), version());
    }

    private static String version() {
        return Objects.requireNonNullElse(RemoteControl.class.getPackage().getImplementationVersion(), "0");
    }

    /** What is revoked; the same object for ever. */
    RevokedTasks revoked() {
        return revoked;
    }

    /**
     * Begins to tell and to listen.
     *
     * @param stop ends the worker
     */
    void start(
            DeliveryPipeline of,
            PoolSize pool,
            @Nullable Autoscaler autoscaler,
            Set<String> taskNames,
            KeptRevokes kept,
            Runnable stop) {
        pipeline = of;
        InFlight inFlight = of.inFlight();
        ControlLevers levers =
                new ControlLevers(stop, heartbeat, inFlight, revoked, pool, autoscaler, broker, timeLimits);
        Mailbox mailbox = Mailboxes.of(
                config.node(),
                config.control(),
                new Mailboxes.Collaborators(
                        new ControlView(
                                config, inFlight, broker, pool, autoscaler, taskNames, totals, version(), ticker),
                        levers,
                        revoked,
                        kept,
                        events,
                        lamport,
                        json,
                        this::reply));
        Mingle mingle = new Mingle(config.node(), config.control(), lamport, revoked, json, levers::releaseRevoked);
        session.start(new ControlSession.Listener() {
            @Override
            public void connected() {
                heartbeat.online();
                // While there was no connection others may have been told what this worker has not.
                var unused = kept.load().thenRun(levers::releaseRevoked);
                session.ask(Map.of("clock", (int) lamport.forward(), "expires", 0.0), mingle::hello);
            }

            @Override
            public void received(MessageProperties properties, byte[] body) {
                mailbox.received(properties, body);
            }

            @Override
            public void replied(MessageProperties properties, byte[] body) {
                mingle.replied(properties, body);
            }
        });
        heartbeat.start(timer);
    }

    private void reply(String exchange, String routingKey, Map<String, Object> headers, byte[] body) {
        session.offer(new ControlSession.Outgoing(exchange, routingKey, headers, true, () -> body));
    }

    /** The last words, after which nothing is told. */
    void stop() {
        heartbeat.stop();
        session.close();
    }

    @Override
    public void received(TaskView task) {
        safely(() -> events.received(task));
    }

    @Override
    public void started(TaskView task) {
        String name = task.message().task();
        totals.computeIfAbsent(name, first -> new LongAdder()).increment();
        safely(() -> events.started(task));
    }

    @Override
    public Limits timeLimits(TaskView task) {
        String name = task.message().task();
        return timeLimits.getOrDefault(name, Limits.NONE).or(config.limits().standing(name));
    }

    @Override
    public void ended(TaskView task, End end) {
        safely(() -> events.ended(task, end));
    }

    @Override
    public void unknown(TaskMessage message) {
        safely(() -> events.unknown(message));
    }

    @Override
    public boolean isRevoked(TaskView task) {
        return revoked.contains(task);
    }

    @Override
    public boolean isRevokedById(TaskView task) {
        return revoked.containsId(task);
    }

    private static void safely(Runnable telling) {
        try {
            telling.run();
        } catch (RuntimeException defect) {
            LOG.error("an event could not be told: a defect", defect);
        }
    }

    private final class Figures implements WorkerFigures {
        @Override
        public int active() {
            DeliveryPipeline current = pipeline;
            return current == null
                    ? 0
                    : (int) current.inFlight().tasks().stream()
                            .filter(task -> task.state() == TaskView.State.ACTIVE)
                            .count();
        }

        @Override
        public long processed() {
            return totals.values().stream().mapToLong(LongAdder::sum).sum();
        }
    }

    private final class Outlet implements EventOutlet {
        private final Map<String, Object> headers;

        Outlet(String node) {
            headers = Map.of("hostname", node);
        }

        @Override
        public boolean offer(String routingKey, Supplier<byte[]> body) {
            return session.offer(new ControlSession.Outgoing("celeryev", routingKey, headers, false, body));
        }

        @Override
        public boolean isConnected() {
            return session.isConnected();
        }
    }
}
