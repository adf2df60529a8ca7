package dev.sedano.worker.metrics;

import dev.sedano.worker.delivery.PipelineEvents;
import dev.sedano.worker.delivery.Settlement;
import dev.sedano.worker.delivery.SettlementReason;
import dev.sedano.worker.idempotency.CheckerEvents;
import dev.sedano.worker.idempotency.PriorRun;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.journal.JournalEvents;
import dev.sedano.worker.rabbitmq.BrokerEvents;
import dev.sedano.worker.time.Ticker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The worker's metrics on Micrometer. Safe for use by many threads; recording never throws and never blocks. */
public final class WorkerMetrics implements PipelineEvents, CheckerEvents, BrokerEvents, JournalEvents {
    private static final Duration[] DELAY_BUCKETS = {
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(3),
        Duration.ofSeconds(4),
        Duration.ofSeconds(5),
        Duration.ofSeconds(6),
        Duration.ofSeconds(8),
        Duration.ofSeconds(10),
        Duration.ofSeconds(15),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(30),
        Duration.ofHours(2)
    };

    private record SettlementTags(String task, String outcome, String reason) {}

    private static final Logger LOG = LoggerFactory.getLogger(WorkerMetrics.class);

    private final MeterRegistry registry;
    private final Ticker ticker;
    private final Map<SettlementTags, Counter> settlements = new ConcurrentHashMap<>();
    private final Map<MetricName, Map<String, Counter>> tagged = new ConcurrentHashMap<>();
    private final Map<MetricName, Counter> plain = new EnumMap<>(MetricName.class);
    private final Map<String, Timer> handlerTimes = new ConcurrentHashMap<>();
    private final Map<String, Timer> storeLatencies = new ConcurrentHashMap<>();
    private final Timer falsePositiveDelay;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger leftBehind = new AtomicInteger();
    private final AtomicBoolean connected = new AtomicBoolean();
    private final AtomicBoolean consuming = new AtomicBoolean();
    private final Map<String, Pause> pauses = new ConcurrentHashMap<>();

    public WorkerMetrics(MeterRegistry registry, Ticker ticker) {
        this.registry = registry;
        this.ticker = ticker;
        for (MetricName name : new MetricName[] {
            MetricName.BLOCKED,
            MetricName.FALSE_POSITIVES,
            MetricName.TRUE_POSITIVES,
            MetricName.BLOCKS_UNREPORTED,
            MetricName.JOURNAL_WRITTEN,
            MetricName.ZOMBIES,
            MetricName.FOLLOW_UPS,
            MetricName.ANSWERED_FROM_MEMORY,
            MetricName.UNPROTECTED_RUNS
        }) {
            plain.put(name, counter(name));
        }
        falsePositiveDelay = Timer.builder(MetricName.FALSE_POSITIVE_DELAY.id())
                .description(MetricName.FALSE_POSITIVE_DELAY.description())
                .serviceLevelObjectives(DELAY_BUCKETS)
                .register(registry);
        gauge(MetricName.HANDLERS_RUNNING, running::get);
        gauge(MetricName.HANDLERS_LEFT_BEHIND, leftBehind::get);
        gauge(MetricName.BROKER_UP, () -> connected.get() ? 1 : 0);
        gauge(MetricName.CONSUMING, () -> consuming.get() ? 1 : 0);
        // Present from the start, so that an alert on their rate needs no special case for a missing series.
        for (String reason : new String[] {"store_unavailable", "shutdown"}) {
            tagged(MetricName.REQUEUES, reason);
        }
        for (String kind : new String[] {"same_id", "other_id", "stale_attempt"}) {
            tagged(MetricName.DUPLICATES, kind);
        }
        for (String queues : new String[] {"celery", "sedano"}) {
            tagged(MetricName.DELAYED, queues);
        }
        for (String reason : new String[] {"store_down", "broker_down", "replay"}) {
            pause(reason);
        }
        tagged(MetricName.FOLLOW_UPS_SET_ASIDE, SettlementReason.FOLLOW_UP_UNROUTABLE.code());
        tagged(MetricName.FOLLOW_UPS_SET_ASIDE, SettlementReason.FOLLOW_UPS_UNREADABLE.code());
        for (Refusal cause : Refusal.values()) {
            tagged(MetricName.JOURNAL_REFUSED, code(cause));
        }
        for (Replayed result : Replayed.values()) {
            tagged(MetricName.JOURNAL_REPLAYED, code(result));
        }
    }

    /** Shows a value that is read when the metrics are. */
    public void gauge(MetricName name, Supplier<? extends Number> value) {
        Gauge.builder(name.id(), value::get).description(name.description()).register(registry);
    }

    /** A store call ended. */
    public void storeCall(String script, long nanos) {
        storeLatencies.computeIfAbsent(script, this::storeTimer).record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void storeFailed(StoreException.Kind kind) {
        tagged(MetricName.STORE_ERRORS, kind.name().toLowerCase(Locale.ROOT)).increment();
    }

    /** The store is not what it was. */
    public void storeIdentityChanged(String verdict) {
        tagged(MetricName.STORE_IDENTITY_CHANGES, verdict).increment();
    }

    /** Nothing is consumed from now on, for this reason. */
    public void paused(String reason) {
        pause(reason).begin();
    }

    /** The reason is gone. */
    public void resumed(String reason) {
        pause(reason).end();
    }

    private Pause pause(String reason) {
        return pauses.computeIfAbsent(reason, name -> {
            Pause pause = new Pause();
            FunctionCounter.builder(MetricName.PAUSED.id(), pause, Pause::seconds)
                    .description(MetricName.PAUSED.description())
                    .tag("reason", name)
                    .register(registry);
            return pause;
        });
    }

    /** Seconds of all pauses for one reason, the one under way included. */
    private final class Pause {
        private double over;
        private long since;
        private boolean now;

        synchronized void begin() {
            if (!now) {
                now = true;
                since = ticker.nanos();
            }
        }

        synchronized void end() {
            if (now) {
                now = false;
                over += (ticker.nanos() - since) / 1e9;
            }
        }

        synchronized double seconds() {
            return over + (now ? (ticker.nanos() - since) / 1e9 : 0);
        }
    }

    @Override
    public void handlerStarted(String task) {
        running.incrementAndGet();
        tagged(MetricName.HANDLER_RUNS, task).increment();
    }

    @Override
    public void handlerEnded(String task, long nanos) {
        running.decrementAndGet();
        handlerTimes.computeIfAbsent(task, this::handlerTimer).record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerLeft(String task) {
        running.decrementAndGet();
        leftBehind.incrementAndGet();
    }

    @Override
    public void handlerLeftEnded(String task) {
        leftBehind.decrementAndGet();
    }

    @Override
    public void duplicate(String kind) {
        tagged(MetricName.DUPLICATES, kind).increment();
    }

    @Override
    public void blocked() {
        count(MetricName.BLOCKED);
    }

    @Override
    public void falsePositive(Duration delay) {
        count(MetricName.FALSE_POSITIVES);
        falsePositiveDelay.record(delay);
    }

    @Override
    public void truePositive() {
        count(MetricName.TRUE_POSITIVES);
    }

    @Override
    public void unreported() {
        count(MetricName.BLOCKS_UNREPORTED);
    }

    @Override
    public void zombie() {
        count(MetricName.ZOMBIES);
    }

    @Override
    public void takeover(PriorRun priorRun) {
        tagged(MetricName.TAKEOVERS, priorRun.name().toLowerCase(Locale.ROOT)).increment();
    }

    @Override
    public void answeredFromMemory() {
        count(MetricName.ANSWERED_FROM_MEMORY);
    }

    @Override
    public void unprotectedRun() {
        count(MetricName.UNPROTECTED_RUNS);
    }

    @Override
    public void followUp() {
        count(MetricName.FOLLOW_UPS);
    }

    @Override
    public void followUpSetAside(SettlementReason reason) {
        tagged(MetricName.FOLLOW_UPS_SET_ASIDE, reason.code()).increment();
    }

    @Override
    public void observed(String task, String refusal) {
        LOG.info("task {} only observes: it runs, would have been refused as {}", task, refusal);
        tagged(MetricName.OBSERVED, refusal).increment();
    }

    @Override
    public void beyondRetention(String task) {
        tagged(MetricName.BEYOND_RETENTION, task).increment();
    }

    @Override
    public void delivered(String queue) {
        tagged(MetricName.DELIVERIES, queue).increment();
    }

    @Override
    public void settled(String task, Settlement settlement) {
        String reason = settlement.reason().code();
        settlements
                .computeIfAbsent(new SettlementTags(task, settlement.outcome(), reason), this::settlementCounter)
                .increment();
        if (settlement instanceof Settlement.Requeue) {
            tagged(MetricName.REQUEUES, reason).increment();
        }
    }

    @Override
    public void delayed(String queues) {
        tagged(MetricName.DELAYED, queues).increment();
    }

    @Override
    public void connected(boolean now) {
        if (connected.getAndSet(now) != now) {
            if (now) {
                resumed("broker_down");
            } else {
                paused("broker_down");
            }
        }
    }

    @Override
    public void consuming(boolean now) {
        consuming.set(now);
    }

    @Override
    public void journalWritten() {
        count(MetricName.JOURNAL_WRITTEN);
    }

    @Override
    public void journalRefused(Refusal why) {
        tagged(MetricName.JOURNAL_REFUSED, code(why)).increment();
    }

    @Override
    public void journalReplayed(Replayed how) {
        tagged(MetricName.JOURNAL_REPLAYED, code(how)).increment();
    }

    private static String code(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private void count(MetricName name) {
        Counter counter = plain.get(name);
        if (counter != null) {
            counter.increment();
        }
    }

    private Counter counter(MetricName name) {
        return Counter.builder(name.id()).description(name.description()).register(registry);
    }

    private Counter tagged(MetricName name, String value) {
        return tagged.computeIfAbsent(name, key -> new ConcurrentHashMap<>())
                .computeIfAbsent(
                        value,
                        key -> Counter.builder(name.id())
                                .description(name.description())
                                .tag(name.tags().get(0), key)
                                .register(registry));
    }

    private Counter settlementCounter(SettlementTags tags) {
        return Counter.builder(MetricName.SETTLEMENTS.id())
                .description(MetricName.SETTLEMENTS.description())
                .tag("task", tags.task())
                .tag("outcome", tags.outcome())
                .tag("reason", tags.reason())
                .register(registry);
    }

    private Timer handlerTimer(String task) {
        return Timer.builder(MetricName.HANDLER_TIME.id())
                .description(MetricName.HANDLER_TIME.description())
                .tag("task", task)
                .register(registry);
    }

    private Timer storeTimer(String script) {
        return Timer.builder(MetricName.STORE_LATENCY.id())
                .description(MetricName.STORE_LATENCY.description())
                .tag("script", script)
                .register(registry);
    }
}
