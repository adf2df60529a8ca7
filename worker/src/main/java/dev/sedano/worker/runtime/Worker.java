package dev.sedano.worker.runtime;

import dev.sedano.task.TaskRegistry;
import dev.sedano.worker.ConfigurationException;
import dev.sedano.worker.canvas.FollowUpList;
import dev.sedano.worker.canvas.FollowUps;
import dev.sedano.worker.canvas.ImproperlyConfiguredException;
import dev.sedano.worker.console.Console;
import dev.sedano.worker.delivery.DeliveryPipeline;
import dev.sedano.worker.delivery.InFlight;
import dev.sedano.worker.delivery.MaxRetriesExceededException;
import dev.sedano.worker.delivery.PipelineSettings;
import dev.sedano.worker.delivery.TimeLimitExceededException;
import dev.sedano.worker.handler.ArgumentsException;
import dev.sedano.worker.handler.Handlers;
import dev.sedano.worker.idempotency.CircuitBreaker;
import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.RevokeLog;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.metrics.MetricName;
import dev.sedano.worker.metrics.WorkerMetrics;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.DecodeLimits;
import dev.sedano.worker.protocol.MessageDecoder;
import dev.sedano.worker.rabbitmq.Broker;
import dev.sedano.worker.result.ChordStore;
import dev.sedano.worker.result.ExceptionEncoding;
import dev.sedano.worker.result.NoResults;
import dev.sedano.worker.result.RedisResults;
import dev.sedano.worker.result.ResultEncoder;
import dev.sedano.worker.result.ResultForm;
import dev.sedano.worker.result.ResultStore;
import dev.sedano.worker.result.Results;
import dev.sedano.worker.result.RpcResults;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
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
        UNRECORDED
    }

    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    /** Celery's {@code task_default_queue}: where callbacks go that name no queue. */
    private static final String DEFAULT_QUEUE = "celery";

    private static final int MOST_PREFETCH = 512;
    private static final int MOST_HELD = 2_000;
    private static final Duration LONGEST_HOLD = Duration.ofSeconds(60);
    private static final Duration RETURN_DELAY = Duration.ofMillis(1_500);
    private static final Duration QUIET_WITHIN = Duration.ofSeconds(2);
    private static final Duration AFTER_GIVING_UP = Duration.ofSeconds(2);
    private static final Duration MOST_MARGIN = Duration.ofMinutes(2);
    private static final Duration FIRST_HELLO = Duration.ofSeconds(3);

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
    private final KeptRevokes revokes;
    private final PoolSize poolSize;
    private final Set<String> taskNames;
    private final Journals journals;
    private final CountDownLatch stopAsked = new CountDownLatch(1);
    private final CountDownLatch stopNow = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicInteger stops = new AtomicInteger();
    private volatile @Nullable Console console;
    private volatile boolean storeUp;
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
        IdempotencyStore concrete = Wiring.store(config, metrics);
        this.store = around.apply(concrete);
        Handlers handlers = Handlers.of(registry, json::convert);
        this.broker = new Broker(
                Wiring.brokerSettings(config, MOST_PREFETCH, handlers.leastRetention(config.retention())),
                metrics,
                timer,
                clock,
                ticker);
        this.resultStore = Wiring.resultStore(config, metrics);
        this.journals = new Journals(config, metrics);
        this.checker = new IdempotencyChecker(store, timer, ticker, metrics, new StoreOutage(), journals.blockLog());
        this.goesOnWithoutStore = handlers.allFailOpen();
        this.unprotected = handlers.unprotected();
        this.control = new RemoteControl(config, broker, json, timer, clock, ticker);
        this.pipeline = new DeliveryPipeline(
                new PipelineSettings(
                        config.node(),
                        config.concurrency(),
                        config.lease(),
                        config.retention(),
                        config.afterLeaseLoss(),
                        MOST_HELD,
                        LONGEST_HOLD,
                        RETURN_DELAY,
                        settleWithin(config.consumerTimeout()),
                        config.trackStarted()),
                new DeliveryPipeline.Collaborators(
                        new MessageDecoder(json, config.payloads().accepted(), DecodeLimits.DEFAULT),
                        handlers,
                        json::convert,
                        checker,
                        encoder(json, clock, resultForm),
                        new StoredResults(json),
                        results(resultForm),
                        new FollowUps(
                                        json,
                                        clock,
                                        origin(),
                                        DEFAULT_QUEUE,
                                        config.payloads().tasks())
                                .inheritingPriority(config.inheritPriority()),
                        new FollowUpList(json),
                        resultStore instanceof ChordStore chords ? chords : null,
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
        this.poolSize = new PoolSize(config.pool(), slots, pipeline.inFlight(), broker);
        this.revokes = new KeptRevokes(
                concrete instanceof RevokeLog log ? log : null,
                resultStore instanceof ChordStore readable ? readable : null,
                results(resultForm),
                control.revoked(),
                json,
                clock,
                config.retention());
        gauges();
    }

    private ResultEncoder encoder(CeleryJson json, Clock clock, ResultForm form) {
        ResultEncoder encoder = new ResultEncoder(
                json,
                new ExceptionEncoding()
                        .with(ArgumentsException.class.getName(), "TypeError")
                        .with(
                                MaxRetriesExceededException.class.getName(),
                                "MaxRetriesExceededError",
                                "celery.exceptions")
                        .with(
                                ImproperlyConfiguredException.class.getName(),
                                "ImproperlyConfigured",
                                "celery.exceptions")
                        .with(
                                TimeLimitExceededException.class.getName(),
                                "SoftTimeLimitExceeded",
                                "billiard.exceptions"),
                clock,
                form);
        return config.resultExtended() ? encoder.extended(config.node()) : encoder;
    }

    /** Two minutes before the broker would take the channel away: it looks once a minute. */
    private static Duration settleWithin(Duration consumerTimeout) {
        Duration margin = consumerTimeout.dividedBy(2);
        return consumerTimeout.minus(margin.compareTo(MOST_MARGIN) < 0 ? margin : MOST_MARGIN);
    }

    /** A builder for programs that embed a worker. */
    public static WorkerBuilder builder() {
        return new WorkerBuilder();
    }

    /** As Celery names publishers; the process id tells workers on one host apart. */
    private static String origin() {
        return "gen" + ProcessHandle.current().pid() + "@" + NodeName.hostname();
    }

    private Results results(ResultForm form) {
        if (config.resultBackend() instanceof ResultBackend.Rpc) {
            return new RpcResults(broker::reply, form);
        }
        ResultStore redis = resultStore;
        return redis == null
                ? new NoResults()
                : new RedisResults(redis, config.resultExpiry(), config.resultBesideMarker(), form::toStore);
    }

    /** What happens when the store goes and comes back; all on the timer thread. */
    private final class StoreOutage implements CircuitBreaker.Listener {
        @Override
        public void opened(@Nullable StoreException cause) {
            storeUp = false;
            metrics.paused("store_down");
            pipeline.inFlight()
                    .storeGone(
                            goesOnWithoutStore
                                    ? CompletableFuture.completedFuture(null)
                                    : broker.pause(Broker.Pause.STORE_DOWN));
        }

        @Override
        public void recovering() {
            LOG.debug("pending releases, completions and reports are repeated");
        }

        @Override
        public void halfOpened(Duration outage) {
            storeUp = true;
            metrics.resumed("store_down");
            // What was revoked before this worker started must be known before anything runs.
            var unused = revokes.loadOnce()
                    .thenRun(() -> timer.execute(() -> {
                        pipeline.inFlight().storeBack();
                        broker.resume(Broker.Pause.STORE_DOWN);
                    }));
        }
    }

    private void gauges() {
        InFlight inFlight = pipeline.inFlight();
        metrics.gauge(MetricName.STORE_UP, () -> storeUp ? 1 : 0);
        metrics.gauge(MetricName.BREAKER_STATE, () -> checker.breaker().state().code());
        metrics.gauge(MetricName.SLOTS, poolSize::now);
        metrics.gauge(MetricName.BROKER_BLOCKED, () -> broker.isBlocked() ? 1 : 0);
        metrics.gauge(MetricName.IN_FLIGHT, broker::unsettled);
        metrics.gauge(MetricName.HELD, inFlight::held);
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
            checkStore();
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
        if (storeUp) {
            revokes.loadWithin(FIRST_HELLO);
        }
        control.start(pipeline, poolSize, taskNames, revokes, this::stop);
        var unused = broker.start(pipeline);
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
            console = Console.open(new InetSocketAddress(http.host(), http.port()), registry::scrape, this::ready);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "--http", http.toString(), "cannot be bound (" + e.getMessage() + "): choose another, or off", e);
        }
    }

    /** A store that is away now is an outage like any other; one that is not fit for the job is refused. */
    private void checkStore() {
        try {
            store.hello().get(FIRST_HELLO.toMillis(), TimeUnit.MILLISECONDS);
            storeUp = true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException cause) {
                if (cause.kind() == StoreException.Kind.NOT_PERMITTED) {
                    throw new ConfigurationException(
                            "--idempotency-store",
                            config.idempotencyStore().toString(),
                            String.valueOf(cause.getMessage()),
                            cause);
                }
                checker.breaker().failed(cause);
            }
        } catch (TimeoutException e) {
            checker.breaker()
                    .failed(new StoreException(
                            StoreException.Kind.TIMEOUT, StoreException.Effect.UNKNOWN, "no answer at start", e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Console.Health ready() {
        if (stopAsked.getCount() == 0) {
            return new Console.Health(false, "stopping");
        } else if (!checker.breaker().allowsClaims()) {
            return new Console.Health(false, "the idempotency store does not answer");
        } else if (!broker.isConnected()) {
            return new Console.Health(false, "not connected to the broker");
        } else if (!broker.isConsuming()) {
            return new Console.Health(
                    false, journals.left() > 0 ? "recording what earlier workers finished" : "not consuming");
        } else if (broker.isBlocked()) {
            // Work goes on; only replies and moved deliveries wait. Taking the worker away would help nobody.
            return new Console.Health(true, "ready, but the broker takes no messages (memory or disk alarm)");
        }
        return new Console.Health(
                true, unprotected.isEmpty() ? "ready" : "ready, but without protection for " + unprotected);
    }

    /** Starts, runs until {@link #stop}, and ends in order. */
    public Ending run() {
        start();
        try {
            stopAsked.await();
        } catch (InterruptedException e) {
            stop();
        }
        return end();
    }

    /** Asks the worker to end: the first time after what runs, the second time now. Returns at once. */
    public void stop() {
        stopAsked.countDown();
        if (stops.incrementAndGet() > 1) {
            stopNow.countDown();
        }
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
        LOG.info(
                "stopping: no new work, {} deliveries in flight",
                pipeline.inFlight().size());
        pipeline.inFlight().stopStarting();
        awaitQuiet(broker.pause(Broker.Pause.SHUTDOWN));
        pipeline.inFlight().drain();
        boolean empty = awaitEmpty(config.shutdownTimeout());
        if (!empty) {
            pipeline.giveUpRecording();
            pipeline.inFlight().cutShort();
            slots.interrupt();
            awaitEmpty(AFTER_GIVING_UP);
            pipeline.giveUpRecording();
        }
        control.stop();
        broker.close();
        closeAll();
        ended.countDown();
        if (journals.unrecorded() > 0) {
            LOG.error("stopped with {} unrecorded outcomes", journals.unrecorded());
            return Ending.UNRECORDED;
        }
        LOG.info(empty ? "stopped" : "stopped while handlers ran: their deliveries will come again");
        return empty ? Ending.CLEAN : Ending.CUT_SHORT;
    }

    /** A delivery that is returned before the consumers are cancelled would come straight back. */
    private static void awaitQuiet(CompletableFuture<Void> quiet) {
        try {
            quiet.get(QUIET_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the consumers could not be cancelled in time");
        }
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

    /** Waits in slices, so that a second {@link #stop} cuts it short. */
    private boolean awaitEmpty(Duration most) {
        long until = ticker.nanos() + most.toNanos();
        try {
            while (true) {
                long left = until - ticker.nanos();
                Duration slice = Duration.ofNanos(Math.max(0, Math.min(left, 100_000_000)));
                if (pipeline.inFlight().awaitEmpty(slice)) {
                    return true;
                }
                if (left <= 0 || stopNow.getCount() == 0) {
                    return false;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
