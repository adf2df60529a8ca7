package dev.sedano.worker.delivery;

import dev.sedano.task.TaskContext;
import dev.sedano.task.TaskHandler;
import dev.sedano.task.TaskOptions;
import dev.sedano.task.TaskRegistry;
import dev.sedano.worker.canvas.FollowUpList;
import dev.sedano.worker.canvas.FollowUps;
import dev.sedano.worker.canvas.OutgoingMessage;
import dev.sedano.worker.canvas.UnroutableException;
import dev.sedano.worker.canvas.UnsendableException;
import dev.sedano.worker.handler.Handlers;
import dev.sedano.worker.idempotency.CircuitBreaker;
import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.idempotency.InMemoryIdempotencyStore;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.journal.Journal;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.MessageDecoder;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.result.ChordStore;
import dev.sedano.worker.result.ExceptionEncoding;
import dev.sedano.worker.result.RedisResults;
import dev.sedano.worker.result.ResultEncoder;
import dev.sedano.worker.result.ResultStore;
import dev.sedano.worker.result.StoredResults;
import dev.sedano.worker.time.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A pipeline on the in-memory store, with a channel that only remembers what it was told to do. */
final class PipelineFixture implements AutoCloseable {
    static final Duration RETURN_DELAY = Duration.ofMillis(200);

    final InMemoryIdempotencyStore store;
    final RecordingChannel channel = new RecordingChannel();
    final RecordedCounts counts = new RecordedCounts();
    /** What was handed to the broker, confirmed or not. */
    final List<OutgoingMessage> published = new CopyOnWriteArrayList<>();

    volatile boolean refusesToPublish;
    /** The routing key, or queue, for which the broker has no place. */
    volatile String nowhere = "";
    /** Pauses of this length and longer, in milliseconds, are noted and take no time; set before anything is accepted. */
    /** What the broker takes. */
    volatile int largestBody = Integer.MAX_VALUE;

    volatile long skippedPause = Long.MAX_VALUE;

    final List<Long> skipped = new CopyOnWriteArrayList<>();
    final List<String> runs = new CopyOnWriteArrayList<>();
    final List<Boolean> announced = new CopyOnWriteArrayList<>();
    final IdempotencyChecker checker;
    final DeliveryPipeline pipeline;
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1) {
        @Override
        public ScheduledFuture<?> schedule(Runnable body, long delay, TimeUnit unit) {
            long millis = unit.toMillis(delay);
            if (millis < skippedPause) {
                return super.schedule(body, delay, unit);
            }
            skipped.add(millis);
            return super.schedule(body, 0, unit);
        }
    };
    private final ThreadPoolExecutor slots = (ThreadPoolExecutor) Executors.newFixedThreadPool(2);
    /** As a process that may not have one more thread. */
    volatile boolean noThreads;

    /** How many slots were given up by handlers that run on. */
    final AtomicInteger left = new AtomicInteger();

    private final AtomicLong tags = new AtomicLong();

    /** The wall clock of the pipeline. */
    final ShiftedClock clock = new ShiftedClock();

    /** The pipeline's ticker. */
    final ShiftedTicker ticker = new ShiftedTicker();

    /** What is revoked, and what was told of tasks. */
    final RecordedOversight orders = new RecordedOversight();

    PipelineFixture(TaskHandler handler) {
        this(handler, TaskOptions.DEFAULT);
    }

    PipelineFixture(TaskHandler handler, TaskOptions options) {
        this(handler, options, Journal.none(), Duration.ofMinutes(28));
    }

    PipelineFixture(TaskHandler handler, UnknownTaskPolicy unknownTasks) {
        this(handler, TaskOptions.DEFAULT, Journal.none(), Duration.ofMinutes(28), unknownTasks, Caps.NONE);
    }

    PipelineFixture(TaskHandler handler, TaskOptions options, Journal journal, Duration settleWithin) {
        this(handler, options, journal, settleWithin, UnknownTaskPolicy.DEAD_LETTER, Caps.NONE);
    }

    PipelineFixture(TaskHandler handler, Caps caps) {
        this(handler, TaskOptions.DEFAULT, Journal.none(), Duration.ofMinutes(28), UnknownTaskPolicy.DEAD_LETTER, caps);
    }

    private PipelineFixture(
            TaskHandler handler,
            TaskOptions options,
            Journal journal,
            Duration settleWithin,
            UnknownTaskPolicy unknownTasks,
            Caps caps) {
        this(handler, options, journal, settleWithin, unknownTasks, caps, new InMemoryIdempotencyStore(), null);
    }

    /** One of several workers with one store. */
    PipelineFixture(TaskHandler handler, TaskOptions options, InMemoryIdempotencyStore store) {
        this(
                handler,
                options,
                Journal.none(),
                Duration.ofMinutes(28),
                UnknownTaskPolicy.DEAD_LETTER,
                Caps.NONE,
                store,
                null);
    }

    /** With a result backend that keeps chords. */
    PipelineFixture(TaskHandler handler, ChordStore chords) {
        this(
                handler,
                TaskOptions.DEFAULT,
                Journal.none(),
                Duration.ofMinutes(28),
                UnknownTaskPolicy.DEAD_LETTER,
                Caps.NONE,
                new InMemoryIdempotencyStore(),
                chords);
    }

    private PipelineFixture(
            TaskHandler handler,
            TaskOptions options,
            Journal journal,
            Duration settleWithin,
            UnknownTaskPolicy unknownTasks,
            Caps caps,
            InMemoryIdempotencyStore store,
            @Nullable ChordStore chords) {
        this.store = store;
        timer.setRemoveOnCancelPolicy(true); // as the worker's own
        CeleryJson json = new CeleryJson();
        TaskRegistry registry = new TaskRegistry().add("test.run", options, (context, call) -> {
            runs.add(context.id());
            announced.add(context.mayHaveRunBefore());
            return handler.handle(context, call);
        });
        DeliveryPipeline[] self = new DeliveryPipeline[1];
        checker = new IdempotencyChecker(store, timer, Ticker.system(), counts, new CircuitBreaker.Listener() {
            @Override
            public void opened(@Nullable StoreException cause) {
                self[0].inFlight().storeGone(CompletableFuture.completedFuture(null));
            }

            @Override
            public void recovering() {}

            @Override
            public void halfOpened(Duration outage) {
                self[0].inFlight().storeBack();
            }
        });
        pipeline = new DeliveryPipeline(
                new PipelineSettings(
                        "test@host",
                        2,
                        Duration.ofSeconds(30),
                        Duration.ofDays(7),
                        AfterLeaseLoss.RERUN,
                        100,
                        Duration.ofSeconds(60),
                        RETURN_DELAY,
                        settleWithin,
                        false,
                        unknownTasks,
                        caps),
                new DeliveryPipeline.Collaborators(
                        new MessageDecoder(json),
                        Handlers.of(registry, json::convert),
                        json::convert,
                        checker,
                        new ResultEncoder(json, new ExceptionEncoding(), Clock.systemUTC()),
                        new StoredResults(json),
                        new RedisResults(new StoreOfResults(), Duration.ofDays(1), true),
                        new FollowUps(json, Clock.systemUTC(), "gen1@test", "celery").inheritingPriority(true),
                        new FollowUpList(json),
                        chords,
                        message -> {
                            published.add(message);
                            if (message.routingKey().equals(nowhere)) {
                                return CompletableFuture.failedFuture(new UnroutableException("no queue " + nowhere));
                            }
                            if (message.body().length > largestBody) {
                                return CompletableFuture.failedFuture(new UnsendableException("too large"));
                            }
                            return refusesToPublish
                                    ? CompletableFuture.failedFuture(new IOException("no confirm"))
                                    : CompletableFuture.completedFuture(null);
                        },
                        json,
                        new Slots(),
                        journal,
                        counts,
                        timer,
                        clock,
                        ticker),
                orders);
        self[0] = pipeline;
        checker.start();
    }

    /** Has one slot from now on instead of two. */
    void oneSlot() {
        slots.setCorePoolSize(1);
        slots.setMaximumPoolSize(1);
        pipeline.inFlight().resize(1);
    }

    /** As a pool that is closed too early. */
    void refuseToExecute() {
        slots.shutdown();
    }

    private final class Slots implements HandlerSlots {
        @Override
        public void execute(Consumer<Slot> body) {
            if (noThreads) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            slots.execute(() -> body.accept(left::incrementAndGet));
        }

        @Override
        public void interrupt() {
            slots.shutdownNow();
        }

        @Override
        public void close(Duration most) {
            slots.shutdown();
        }
    }

    private final class StoreOfResults implements ResultStore {
        @Override
        public CompletableFuture<Boolean> write(String key, byte[] record, @Nullable Duration ttl, Mode mode) {
            store.storeResult(key, record);
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public void close() {}
    }

    /** What waits on the timer. */
    int alarms() {
        return timer.getQueue().size();
    }

    /** A delivery of {@code test.run("x")} under this id. */
    Delivery delivery(String id) {
        return delivery(id, "x", Map.of());
    }

    Delivery delivery(String id, String argument, Map<String, Object> more) {
        Map<String, @Nullable Object> headers = new LinkedHashMap<>();
        headers.put("lang", "py");
        headers.put("task", "test.run");
        headers.put("id", id);
        headers.put("root_id", id);
        headers.put("retries", 0);
        headers.putAll(more);
        return new Delivery(
                "celery",
                "",
                "celery",
                tags.incrementAndGet(),
                false,
                new MessageProperties("application/json", "utf-8", id, "", null, 0, headers),
                ("[[\"" + argument
                                + "\"], {}, {\"callbacks\": null, \"errbacks\": null, \"chain\": null, \"chord\": null}]")
                        .getBytes(StandardCharsets.UTF_8),
                channel);
    }

    /** The same, said by the broker to be delivered again. */
    static Delivery again(Delivery first) {
        return new Delivery(
                first.queue(),
                first.exchange(),
                first.routingKey(),
                first.tag(),
                true,
                first.properties(),
                first.body(),
                first.channel());
    }

    /** A delivery of {@code test.run("x")} with this embed, as JSON. */
    Delivery followed(String id, String embed, Map<String, Object> more) {
        Delivery plain = delivery(id, "x", more);
        return new Delivery(
                plain.queue(),
                plain.exchange(),
                plain.routingKey(),
                plain.tag(),
                false,
                plain.properties(),
                ("[[\"x\"], {}, " + embed + "]").getBytes(StandardCharsets.UTF_8),
                channel);
    }

    /** A delivery of another task, with this body. */
    Delivery called(String id, String task, String body) {
        Delivery plain = delivery(id, "x", Map.of("task", task));
        return new Delivery(
                plain.queue(),
                plain.exchange(),
                plain.routingKey(),
                plain.tag(),
                false,
                plain.properties(),
                body.getBytes(StandardCharsets.UTF_8),
                channel);
    }

    /** What was published, as it would be delivered. */
    Delivery arriving(OutgoingMessage message) {
        return new Delivery(
                message.routingKey(),
                message.exchange(),
                message.routingKey(),
                tags.incrementAndGet(),
                false,
                message.properties(),
                message.body(),
                channel);
    }

    /** The stored result of a task, as text. */
    String result(String id) {
        byte[] record = store.result("celery-task-meta-" + id);
        return record == null ? "" : new String(record, StandardCharsets.UTF_8);
    }

    /** A handler that answers with its context's id. */
    static Object idOf(TaskContext context) {
        return context.id();
    }

    /** The same as a handler. */
    static Object idOf0(TaskContext context, dev.sedano.task.TaskCall call) {
        return context.id();
    }

    @Override
    public void close() {
        checker.close();
        timer.shutdownNow();
        slots.shutdownNow();
    }
}
