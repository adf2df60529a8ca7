package dev.sedano.worker.runtime;

import dev.sedano.worker.address.BrokerUri;
import dev.sedano.worker.amqp.Endpoint;
import dev.sedano.worker.control.WorkerView;
import dev.sedano.worker.delivery.InFlight;
import dev.sedano.worker.delivery.Oversight;
import dev.sedano.worker.delivery.TaskView;
import dev.sedano.worker.rabbitmq.Broker;
import dev.sedano.worker.time.Ticker;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What remote control sees of this worker. Thread-safe. */
final class ControlView implements WorkerView {
    /** The release of Celery whose conduct this worker copies. */
    private static final String CELERY = "5.7.0";

    private final WorkerConfig config;
    private final InFlight inFlight;
    private final Broker broker;
    private final PoolSize pool;
    private final @Nullable Autoscaler autoscaler;
    private final Set<String> taskNames;
    private final Map<String, LongAdder> totals;
    private final String version;
    private final Ticker ticker;
    private final long startedAt;

    ControlView(
            WorkerConfig config,
            InFlight inFlight,
            Broker broker,
            PoolSize pool,
            @Nullable Autoscaler autoscaler,
            Set<String> taskNames,
            Map<String, LongAdder> totals,
            String version,
            Ticker ticker) {
        this.config = config;
        this.inFlight = inFlight;
        this.broker = broker;
        this.pool = pool;
        this.autoscaler = autoscaler;
        this.taskNames = taskNames;
        this.totals = totals;
        this.version = version;
        this.ticker = ticker;
        this.startedAt = ticker.nanos();
    }

    @Override
    public List<TaskView> tasks() {
        return inFlight.tasks();
    }

    @Override
    public Map<String, Long> totals() {
        Map<String, Long> counts = new TreeMap<>();
        totals.forEach((task, count) -> counts.put(task, count.sum()));
        return counts;
    }

    @Override
    public Set<String> taskNames() {
        return taskNames;
    }

    @Override
    public Map<String, String> rates() {
        return config.limits().writtenRates(taskNames);
    }

    @Override
    public List<ConsumedQueue> queues() {
        return broker.queues().stream()
                .map(queue -> new ConsumedQueue(
                        queue.queue(),
                        queue.exchange(),
                        queue.exchangeType(),
                        queue.routingKey(),
                        queue.durable(),
                        queue.arguments()))
                .toList();
    }

    @Override
    public Map<String, @Nullable Object> settings() {
        Map<String, @Nullable Object> settings = SettingValues.of(config);
        settings.put("task_acks_late", true);
        settings.put("broker_heartbeat", 30);
        settings.put("include", List.of());
        settings.put("deprecated_settings", null);
        settings.put("worker_hijack_root_logger", false);
        settings.put("worker_log_color", false);
        settings.put("timezone", "UTC");
        settings.put("enable_utc", true);
        settings.put("worker_enable_remote_control", config.control().listens());
        return settings;
    }

    @Override
    public String software() {
        // Celery's own line begins so; tools look for it.
        return "celery:" + CELERY + " sedano:" + version + " java:"
                + Runtime.version().feature();
    }

    @Override
    public long uptimeSeconds() {
        return TimeUnit.NANOSECONDS.toSeconds(ticker.nanos() - startedAt) + 1; // seconds that have begun
    }

    @Override
    public PoolView pool() {
        int running = (int) tasks().stream()
                .filter(task -> task.state() == TaskView.State.ACTIVE)
                .count();
        Oversight.Limits times = config.limits().general();
        return new PoolView(
                config.pool().name().toLowerCase(Locale.ROOT),
                pool.now(),
                running,
                autoscaler == null ? null : autoscaler.bounds(),
                times.soft(),
                times.hard());
    }

    @Override
    public int prefetch() {
        return broker.prefetch();
    }

    @Override
    public BrokerView broker() {
        return brokerView(config.brokers(), broker.endpoint());
    }

    /** @param live the broker of the connection, null = none yet: the first is shown, which is tried first */
    static BrokerView brokerView(List<BrokerUri> brokers, @Nullable Endpoint live) {
        List<String> all = brokers.size() == 1
                ? List.of()
                : brokers.stream().map(BrokerUri::toString).toList();
        BrokerUri first = brokers.get(0);
        return live == null
                ? new BrokerView(first.host(), first.port(), first.user(), first.virtualHost(), first.tls(), all)
                : new BrokerView(live.host(), live.port(), live.user(), live.virtualHost(), live.tls() != null, all);
    }
}
