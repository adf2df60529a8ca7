package dev.sedano.worker.testing;

import dev.sedano.task.TaskModule;
import dev.sedano.task.TaskRegistry;
import dev.sedano.worker.canvas.FollowUpList;
import dev.sedano.worker.canvas.FollowUps;
import dev.sedano.worker.canvas.OutgoingMessage;
import dev.sedano.worker.delivery.Delivery;
import dev.sedano.worker.delivery.DeliveryPipeline;
import dev.sedano.worker.delivery.PipelineSettings;
import dev.sedano.worker.delivery.Settlement;
import dev.sedano.worker.handler.Handlers;
import dev.sedano.worker.idempotency.CircuitBreaker;
import dev.sedano.worker.idempotency.IdempotencyChecker;
import dev.sedano.worker.idempotency.IdempotencyStore.AfterLeaseLoss;
import dev.sedano.worker.idempotency.InMemoryIdempotencyStore;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.journal.Journal;
import dev.sedano.worker.metrics.WorkerMetrics;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.MessageDecoder;
import dev.sedano.worker.protocol.MessageProperties;
import dev.sedano.worker.result.ExceptionEncoding;
import dev.sedano.worker.result.RedisResults;
import dev.sedano.worker.result.ResultEncoder;
import dev.sedano.worker.result.StoredResults;
import dev.sedano.worker.time.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks in a unit test as a worker does, with claims, duplicates, steps, retries and stored results, but without a
 * broker and without Redis: the store is in memory, and messages that follow are only kept.
 *
 * <pre>{@code
 * try (TaskTrial trial = TaskTrial.of(new Billing())) {
 *     assertEquals("succeeded", trial.run("billing.charge", "id-1", List.of(42), Map.of()).reason());
 *     assertEquals("duplicate", trial.run("billing.charge", "id-1", List.of(42), Map.of()).reason());
 * }
 * }</pre>
 *
 * <p>The store's clock stands still until it is moved. Safe for use by many threads.
 */
public final class TaskTrial implements AutoCloseable {
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration RETENTION = Duration.ofDays(7);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SLOTS = 4;

    private final CeleryJson json = new CeleryJson();
    private final InMemoryIdempotencyStore store = new InMemoryIdempotencyStore();
    private final List<OutgoingMessage> sent = new CopyOnWriteArrayList<>();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "timer"));
    private final TrialSlots slots = new TrialSlots(SLOTS);
    private final AtomicLong tags = new AtomicLong();
    private final IdempotencyChecker checker;
    private final DeliveryPipeline pipeline;

    private TaskTrial(TaskRegistry registry) {
        Clock clock = Clock.systemUTC();
        WorkerMetrics events = new WorkerMetrics(new SimpleMeterRegistry(), Ticker.system());
        checker = new IdempotencyChecker(store, timer, Ticker.system(), events, new Outages());
        pipeline = new DeliveryPipeline(
                new PipelineSettings(
                        "trial",
                        SLOTS,
                        LEASE,
                        RETENTION,
                        AfterLeaseLoss.RERUN,
                        1_000,
                        Duration.ofSeconds(60),
                        Duration.ofMillis(200),
                        Duration.ofMinutes(28)),
                new DeliveryPipeline.Collaborators(
                        new MessageDecoder(json),
                        Handlers.of(registry, json::convert),
                        json::convert,
                        checker,
                        new ResultEncoder(json, new ExceptionEncoding(), clock),
                        new StoredResults(json),
                        new RedisResults(new TrialResults(store), Duration.ofDays(1), true),
                        new FollowUps(json, clock, "gen0@trial", "celery"),
                        new FollowUpList(json),
                        null,
                        message -> {
                            sent.add(message);
                            return CompletableFuture.completedFuture(null);
                        },
                        json,
                        slots,
                        Journal.none(),
                        events,
                        timer,
                        clock,
                        Ticker.system()));
        checker.start();
    }

    static Thread daemon(Runnable body, String name) {
        Thread thread = new Thread(body, "sedano-trial-" + name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * A trial of the {@link dev.sedano.task.Task} methods of these objects, or of what they register if they are {@link
     * TaskModule}s.
     *
     * @throws dev.sedano.worker.ConfigurationException if a task cannot be bound
     */
    public static TaskTrial of(Object... tasks) {
        TaskRegistry registry = new TaskRegistry();
        for (Object each : tasks) {
            if (each instanceof TaskModule module) {
                module.register(registry);
            } else {
                registry.addMethods(each);
            }
        }
        return new TaskTrial(registry);
    }

    /** A trial of these tasks; later additions are not seen. */
    public static TaskTrial of(TaskRegistry registry) {
        return new TaskTrial(registry);
    }

    /** Where claims and markers are: to move the clock, to let the store fail or lose its data. */
    public InMemoryIdempotencyStore store() {
        return store;
    }

    /** The messages that would have been published so far: retries, callbacks, next steps of chains. */
    public List<OutgoingMessage> sent() {
        return List.copyOf(sent);
    }

    /** As the other one, without headers. */
    public TrialOutcome run(String task, String id, List<?> args, Map<String, ?> kwargs) {
        return run(task, id, args, kwargs, Map.of());
    }

    /**
     * Delivers one message and waits until it is settled. Deliver it again for a duplicate.
     *
     * @param headers more headers of the message, such as {@code idempotency_key} or {@code retries}
     * @throws IllegalStateException if it is not settled within a minute: its key is held elsewhere, or its handler hangs
     */
    public TrialOutcome run(String task, String id, List<?> args, Map<String, ?> kwargs, Map<String, ?> headers) {
        TrialChannel channel = new TrialChannel();
        pipeline.accept(delivery(task, id, args, kwargs, headers, channel));
        try {
            Settlement settlement = channel.settled.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return outcome(id, settlement);
        } catch (TimeoutException e) {
            throw new IllegalStateException("task " + task + " id " + id + " is not settled after " + PATIENCE, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while task " + task + " id " + id + " ran", e);
        }
    }

    private Delivery delivery(
            String task, String id, List<?> args, Map<String, ?> kwargs, Map<String, ?> more, TrialChannel channel) {
        Map<String, @Nullable Object> headers = new HashMap<>(Map.of("lang", "py", "retries", 0));
        headers.putAll(more);
        headers.put("task", task);
        headers.put("id", id);
        headers.put("root_id", id);
        return new Delivery(
                "celery",
                "",
                "celery",
                tags.incrementAndGet(),
                false,
                new MessageProperties("application/json", "utf-8", id, null, null, 0, headers),
                json.encode(List.of(args, kwargs, Map.of())),
                channel);
    }

    private TrialOutcome outcome(String id, Settlement settlement) {
        byte[] record = store.result("celery-task-meta-" + id);
        Map<?, ?> fields = record != null && json.decode(record) instanceof Map<?, ?> map ? map : Map.of();
        return new TrialOutcome(
                settlement.outcome(),
                settlement.reason().code(),
                fields.get("status") instanceof String state ? state : null,
                fields.get("result"));
    }

    /** As a worker does when its store goes and comes back. */
    private final class Outages implements CircuitBreaker.Listener {
        @Override
        public void opened(@Nullable StoreException cause) {
            pipeline.inFlight().storeGone(CompletableFuture.completedFuture(null));
        }

        @Override
        public void recovering() {}

        @Override
        public void halfOpened(Duration outage) {
            pipeline.inFlight().storeBack();
        }
    }

    @Override
    public void close() {
        checker.close();
        slots.close(Duration.ZERO);
        timer.shutdownNow();
    }
}
