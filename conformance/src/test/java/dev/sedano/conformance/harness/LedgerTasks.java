package dev.sedano.conformance.harness;

import dev.sedano.task.Canvas;
import dev.sedano.task.Idempotent;
import dev.sedano.task.Retry;
import dev.sedano.task.Signature;
import dev.sedano.task.Task;
import dev.sedano.task.TaskContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Handlers that note their runs in the {@link Ledger}. The key of the work is the caller's, not the idempotency key. */
final class LedgerTasks {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Ledger ledger = new Ledger(Path.of(Objects.requireNonNullElse(
            System.getenv(Ledger.VARIABLE), System.getProperty("java.io.tmpdir") + "/sedano-no-ledger")));

    /** Runs for {@code millis} and returns {@code key}. */
    @Task("ledger.work")
    String work(TaskContext context, String key, long millis) {
        note(Ledger.Kind.START, context, key);
        pause(millis);
        note(Ledger.Kind.END, context, key);
        return key;
    }

    /** As {@code ledger.work}, told apart by {@code key} instead of the task id. */
    @Task("ledger.keyed")
    @Idempotent(key = "key")
    String keyed(TaskContext context, String key, long millis) {
        return work(context, key, millis);
    }

    /** Runs until the test opens the gate of {@code key}. An interrupt ends it as a failure. */
    @Task("ledger.gated")
    String gated(TaskContext context, String key) throws InterruptedException {
        note(Ledger.Kind.START, context, key);
        awaitGate(key);
        note(Ledger.Kind.END, context, key);
        return key;
    }

    private void awaitGate(String key) throws InterruptedException {
        while (!Files.exists(ledger.gate(key))) {
            LockSupport.parkNanos(POLL_NANOS);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /**
     * Waits for the gate of {@code key}, then asks for another attempt, until there were {@code times}. A worker in
     * Python sends that to {@code queue}.
     */
    @Task("ledger.retry")
    int retry(TaskContext context, String key, int times, @Nullable String queue) throws InterruptedException {
        note(Ledger.Kind.START, context, key);
        if (context.retries() < times) {
            awaitGate(key);
            throw context.retry(Retry.in(Duration.ZERO));
        }
        note(Ledger.Kind.END, context, key);
        return context.retries();
    }

    /** Notes its run and fails. */
    @Task("ledger.fail")
    String fail(TaskContext context, String key, @Nullable String message) {
        note(Ledger.Kind.START, context, key);
        note(Ledger.Kind.END, context, key);
        throw new IllegalStateException(message);
    }

    /** Asks for another attempt until there were {@code retries}. */
    @Task("ledger.retries")
    String retries(TaskContext context, String key, int retries) {
        note(Ledger.Kind.START, context, key);
        note(Ledger.Kind.END, context, key);
        if (context.retries() < retries) {
            throw context.retry(Retry.in(Duration.ofMillis(50)));
        }
        return key + " " + context.retries() + " " + context.headers().get("tenant");
    }

    /** Gives its place to {@code proj.add}, in {@code queue}. */
    @Task("ledger.replaced")
    @SuppressWarnings("DoNotCallSuggester") // called by the worker alone
    String replaced(TaskContext context, int number, String queue) {
        throw context.replace(Signature.of("proj.add", number, 1).option("queue", queue));
    }

    /** Gives its place to a canvas of several tasks, in {@code queue}. */
    @Task("ledger.replaced_by")
    @SuppressWarnings("DoNotCallSuggester") // called by the worker alone
    Object replacedBy(TaskContext context, String shape, int number, String queue) {
        Signature one = Signature.of("proj.add", number, 1).option("queue", queue);
        Signature two = Signature.of("proj.add", number, 2).option("queue", queue);
        throw context.replace(
                switch (shape) {
                    case "chain" ->
                        Canvas.chain(one, Signature.of("proj.mul", 2).option("queue", queue));
                    case "group" -> Canvas.group(one, two);
                    case "chord" ->
                        Canvas.chord(
                                Canvas.group(one, two),
                                Signature.of("proj.tsum").option("queue", queue));
                    case "failure" ->
                        Canvas.chain(
                                one,
                                Signature.of("ledger.fail", context.id(), "no")
                                        .asImmutable()
                                        .option("queue", queue));
                    default -> Canvas.chain();
                });
    }

    /** Adds {@code proj.add(number, 100)} to its chord. */
    @Task("ledger.adds")
    int adds(TaskContext context, int number, String queue) {
        context.addToChord(Signature.of("proj.add", number, 100).option("queue", queue));
        return number;
    }

    /** An errback that takes the failure: notes what failed how. */
    @Task("ledger.errback")
    void errback(Map<String, Object> request, Map<String, Object> error, String traceback, String key) {
        String seen =
                key + " " + request.get("id") + " " + error.get("exc_type") + " " + traceback.contains("no stock");
        ledger.append(new Ledger.Entry(
                Ledger.Kind.START, seen, 0, false, ProcessHandle.current().pid(), Instant.now()));
    }

    private void note(Ledger.Kind kind, TaskContext context, String key) {
        ledger.append(new Ledger.Entry(
                kind,
                key,
                context.fencingToken(),
                context.mayHaveRunBefore(),
                ProcessHandle.current().pid(),
                Instant.now()));
    }

    private static void pause(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long left;
        while ((left = until - System.nanoTime()) > 0) {
            LockSupport.parkNanos(left);
        }
    }
}
