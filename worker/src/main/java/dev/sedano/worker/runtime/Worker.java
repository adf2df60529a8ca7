package dev.sedano.worker.runtime;

import dev.sedano.task.TaskRegistry;
import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.canvas.FollowUpList;
import dev.sedano.worker.console.Console;
import dev.sedano.worker.delivery.DeliveryPipeline;
import dev.sedano.worker.delivery.InFlight;
import dev.sedano.worker.handler.Handlers;
import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.RevokeLog;
import dev.sedano.worker.metrics.MetricName;
import dev.sedano.worker.metrics.WorkerMetrics;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.DecodeLimits;
import dev.sedano.worker.protocol.MessageDecoder;
import dev.sedano.worker.protocol.ResultForm;
import dev.sedano.worker.rabbitmq.Broker;
import dev.sedano.worker.result.ChordStore;
import dev.sedano.worker.result.ResultStore;
import dev.sedano.worker.result.Results;
import dev.sedano.worker.result.StoredResults;
import dev.sedano.worker.time.Ticker;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker: everything wired together, with a beginning and an end.
 *
 * <pre>{@code
 * Worker.builder()
 *         .broker("amqp://guest:guest@localhost//")
 *         .resultBackend("redis://localhost/0")
 *         .tasks(new Billing())
 *         .build()
 *         .run();
 * }</pre>
 *
 * <p>Thread-safe. {@link #run} starts it and waits for its end; {@link #stop} may be called from any thread, a second
 * call ends the wait for running handlers.
 */
public final class Worker {
    /** How a worker ended. */
    public enum Ending {
        /** Everything is settled or returned. */
        CLEAN,
        /** Handlers were still running; their deliveries will be delivered again, announced as reruns. */
        CUT_SHORT,
        /** Finished work is not recorded; it is in the journal. */
        UNRECORDED,
        /** By itself: too many handlers run on past their hard time limits, and only the end of the process ends them. */
        LEFT_BEHIND
    }

    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final WorkerConfig config;
    private final Ticker ticker = Ticker.system();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final WorkerMetrics metrics;
    private final ScheduledThreadPoolExecutor timer;
    private final HandlerThreads slots;
    private final IdempotencyStore store;
    private final @Nullable ResultStore resultStore;
    private final IdempotencyChecker checker;
    private final DeliveryPipeline pipeline;
    private final Broker broker;
    private final RemoteControl control;
    private final StoreWatch storeWatch;
    private final KeptRevokes revokes;
    private final PoolSize poolSize;
    private final @Nullable Autoscaler autoscaler;
    private final Set<String> taskNames;
    private final Journals journals;
    private final StopRequest stop = new StopRequest();
    private final AtomicBoolean overrun = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable Console console;
    private final boolean goesOnWithoutStore;
    private final List<String> unprotected;

    /** A worker of {@code registry}'s tasks. Nothing is started or connected yet. */
    public Worker(WorkerConfig config, TaskRegistry registry) {
        this(config, registry, UnaryOperator.identity());
    }

    /** Tests put their own store around the real one, to record what is asked and to end the process at a given step. */
    Worker(WorkerConfig config, TaskRegistry registry, UnaryOperator<IdempotencyStore> around) {
        this.config = config;
        Clock clock = Clock.systemUTC();
        CeleryJson json = new CeleryJson();
        ResultForm resultForm = new ResultForm(json, config.payloads().results());
        this.metrics = new WorkerMetrics(this.registry, ticker);
        this.timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "sedano-timer");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        this.slots = HandlerThreads.of(config.pool(), config.concurrency());
        slots.whenLeft(this::leftBehind);
        IdempotencyStore concrete = Wiring.store(config, metrics);
        this.store = around.apply(concrete);
        Handlers handlers = Handlers.of(registry, json::convert);
        this.broker = new Broker(
                Wiring.brokerSettings(config, handlers.leastRetention(config.retention())),
                metrics,
                timer,
                clock,
                ticker);
        this.resultStore = Wiring.resultStore(config, metrics);
        ChordStore chords = resultStore instanceof ChordStore readable ? readable : null;
        Results results = Wiring.results(config, resultStore, resultForm, broker::reply);
        this.control = new RemoteControl(config, broker, json, timer, clock, ticker);
        RevokeLog revokeLog = concrete instanceof RevokeLog log ? log : null;
        this.revokes = new KeptRevokes(
                revokeLog,
                chords,
                results,
                control.revoked(),
                json,
                clock,
                revokeLog == null ? null : new RevokeWrites(revokeLog, config.retention(), clock, timer));
        this.goesOnWithoutStore = handlers.allFailOpen();
        this.unprotected = handlers.unprotected();
        this.storeWatch = new StoreWatch(goesOnWithoutStore, this::inFlight, broker, revokes, metrics, timer);
        this.journals = new Journals(config, metrics);
        this.checker = new IdempotencyChecker(store, timer, ticker, metrics, storeWatch, journals.blockLog());
        this.pipeline = new DeliveryPipeline(
                Wiring.pipelineSettings(config, handlers.names()),
                new DeliveryPipeline.Collaborators(
                        new MessageDecoder(json, config.payloads().accepted(), DecodeLimits.DEFAULT),
                        handlers,
                        json::convert,
                        checker,
                        Wiring.encoder(config, json, clock, resultForm),
                        new StoredResults(json),
                        results,
                        Wiring.followUps(config, json, clock),
                        new FollowUpList(json),
                        chords,
                        broker::publish,
                        json,
                        slots,
                        journals.own(),
                        metrics,
                        timer,
                        clock,
                        ticker),
                control);
        this.taskNames = handlers.names();
        this.poolSize = new PoolSize(config.pool(), slots, inFlight(), broker);
        Autoscale bounds = config.limits().autoscale();
        this.autoscaler = bounds == null
                ? null
                : new Autoscaler(bounds, poolSize, () -> inFlight().runnable(), ticker);
        config.limits().ratesOfFleet(taskNames).forEach(inFlight()::shareRate);
        config.limits().rates(taskNames).forEach(inFlight()::limitRate);
        gauges();
    }

    private void leftBehind(int handlers) {
        if (handlers >= config.mostLeftBehind() && overrun.compareAndSet(false, true)) {
            LOG.error("{} handlers run on past their hard time limits: this worker ends, to be started anew", handlers);
            stop();
        }
    }

    private InFlight inFlight() {
        return pipeline.inFlight();
    }

    /** A builder for programs that embed a worker. */
    public static WorkerBuilder builder() {
        return new WorkerBuilder();
    }

    private void gauges() {
        metrics.gauge(MetricName.STORE_UP, () -> storeWatch.isUp() ? 1 : 0);
        metrics.gauge(MetricName.BREAKER_STATE, () -> checker.breaker().state().code());
        metrics.gauge(MetricName.SLOTS, poolSize::now);
        metrics.gauge(MetricName.BROKER_BLOCKED, () -> broker.isBlocked() ? 1 : 0);
        metrics.gauge(MetricName.IN_FLIGHT, broker::unsettled);
        metrics.gauge(MetricName.HELD, inFlight()::held);
        metrics.gauge(MetricName.UNRECORDED, pipeline::unrecorded);
        journals.gauges();
    }

    /**
     * Starts consuming and returns.
     *
     * @throws ConfigurationException if the HTTP address cannot be bound, or the store is not fit to be relied on
     */
    public void start() {
        try {
            openConsole();
            storeWatch.checkAtStart(store, config.idempotencyStore(), checker.breaker());
        } catch (ConfigurationException e) {
            closeAll();
            throw e;
        }
        metrics.paused("broker_down");
        if (!unprotected.isEmpty()) {
            LOG.warn(
                    "the tasks {} run without protection (they only observe, or fail open while the store is down):"
                            + " duplicates of them may run twice{}",
                    unprotected,
                    goesOnWithoutStore
                            ? ""
                            : "; while the store is down, consuming stops for the other tasks' sake: tasks that fail"
                                    + " open go on only in a worker of their own");
        }
        boolean replay = journals.open(store, resultStore, checker.breaker(), pipeline::finishFollowUps);
        if (replay) {
            metrics.paused("replay");
            var unusedQuiet = broker.pause(Broker.Pause.REPLAY);
        }
        checker.start();
        if (storeWatch.isUp()) {
            revokes.loadWithin(StoreWatch.FIRST_HELLO);
        }
        control.start(pipeline, poolSize, autoscaler, taskNames, revokes, stop::askGently);
        var unused = broker.start(pipeline);
        if (autoscaler != null) {
            autoscaler.start(timer);
        }
        if (replay) {
            journals.replay(() -> {
                metrics.resumed("replay");
                broker.resume(Broker.Pause.REPLAY);
            });
        }
    }

    private void openConsole() {
        HttpAddress http = config.http();
        if (http == null) {
            return;
        }
        try {
            Readiness ready = new Readiness(stop, checker.breaker(), broker, journals, unprotected);
            console = Console.open(new InetSocketAddress(http.host(), http.port()), registry::scrape, ready::now);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "--http", http.toString(), "cannot be bound (" + e.getMessage() + "): choose another, or off", e);
        }
    }

    /** Starts, runs until {@link #stop}, and ends in order. */
    public Ending run() {
        start();
        try {
            stop.await();
        } catch (InterruptedException e) {
            stop();
        }
        return end();
    }

    /** Asks the worker to end: the first time after what runs, the second time now. Returns at once. */
    public void stop() {
        stop.ask();
    }

    /** Waits until {@link #run} has ended, at most {@code most}. */
    public boolean awaitEnd(Duration most) throws InterruptedException {
        return ended.await(most.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** The address of health and metrics, null when off or not started. */
    public @Nullable InetSocketAddress httpAddress() {
        Console open = console;
        return open == null ? null : open.address();
    }

    private Ending end() {
        journals.stopReplay();
        LOG.info("stopping: no new work, {} deliveries in flight", inFlight().size());
        boolean empty = new Drain(broker, pipeline, slots, stop, ticker).run(config.shutdownTimeout());
        control.stop();
        broker.close();
        closeAll();
        ended.countDown();
        if (journals.unrecorded() > 0) {
            LOG.error("stopped with {} unrecorded outcomes", journals.unrecorded());
            return Ending.UNRECORDED;
        }
        if (overrun.get()) {
            LOG.error("stopped with handlers that would not end");
            return Ending.LEFT_BEHIND;
        }
        LOG.info(empty ? "stopped" : "stopped while handlers ran: their deliveries will come again");
        return empty ? Ending.CLEAN : Ending.CUT_SHORT;
    }

    private void closeAll() {
        slots.close(Duration.ofSeconds(1));
        journals.stopReplay();
        checker.close();
        journals.close();
        store.close();
        if (resultStore != null) {
            resultStore.close();
        }
        timer.shutdownNow();
        Console open = console;
        if (open != null) {
            open.close();
        }
    }
}
