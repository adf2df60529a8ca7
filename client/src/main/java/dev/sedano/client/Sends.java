package dev.sedano.client;

import dev.sedano.task.client.SendException;
import dev.sedano.worker.amqp.AmqpProperties;
import dev.sedano.worker.amqp.ConfirmedPublisher;
import dev.sedano.worker.canvas.OutgoingMessage;
import dev.sedano.worker.canvas.UnroutableException;
import dev.sedano.worker.canvas.UnsendableException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends each message until the broker has it, or its time is over: the same message again, with the same id, whenever the
 * broker's answer is lost.
 *
 * <p>Invariants: S1 a permit is held from before the first try until the future is done, so unconfirmed messages are bounded.
 * S2 one try of a message is in the publisher at a time. S3 after the end of its time no further try goes out, and one that
 * still waits in the publisher is cancelled.
 *
 * <p>Thread-safe. Owns the thread {@code sedano-client-sends}, on which futures end: what follows there must not
 * block, or nothing is sent any more.
 */
final class Sends implements AutoCloseable {
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;

    private final ConfirmedPublisher publisher;
    private final int most;
    private final Duration within;
    private final Semaphore permits;
    private final ScheduledThreadPoolExecutor timer;
    private final Set<Sending> unfinished = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** @param publisher started; closed with this */
    Sends(ConfirmedPublisher publisher, int most, Duration within) {
        this.publisher = publisher;
        this.most = most;
        this.within = within;
        this.permits = new Semaphore(most);
        this.timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "sedano-client-sends");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /**
     * Waits for a permit, then sends.
     *
     * @param callId the logical call's id, for errors
     * @return fails with SendException
     */
    CompletableFuture<Void> send(OutgoingMessage message, String callId) {
        checkOpen(callId);
        try {
            if (!permits.tryAcquire(within.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new SendException(
                        callId,
                        false,
                        most + " messages were unconfirmed for " + within.toSeconds() + " s (" + state()
                                + "): nothing was sent",
                        null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SendException(callId, false, "interrupted before it was sent", e);
        }
        if (closed) { // meanwhile
            permits.release();
            throw closed(callId);
        }
        Sending sending = new Sending(message, callId);
        unfinished.add(sending);
        sending.result.whenComplete((done, failure) -> {
            unfinished.remove(sending);
            permits.release(); // S1
        });
        sending.begin();
        return sending.result;
    }

    /** @throws SendException if this is closed */
    void checkOpen(String callId) {
        if (closed) {
            throw closed(callId);
        }
    }

    private static SendException closed(String callId) {
        return new SendException(callId, false, "this client is closed: nothing was sent", null);
    }

    /** How many more messages may be unconfirmed now. */
    int free() {
        return permits.availablePermits();
    }

    private String state() {
        return publisher.isBlocked()
                ? "the broker takes no messages: a memory or disk alarm"
                : "no answer of the broker";
    }

    private final class Sending {
        private final OutgoingMessage message;
        private final String callId;
        private final CompletableFuture<Void> result = new CompletableFuture<>();
        /** All below are used on the timer's thread alone. */
        private @Nullable CompletableFuture<Void> attempt;

        private @Nullable ScheduledFuture<?> deadline;
        private boolean mayHaveBeenSent;
        private long pauseMillis = FIRST_PAUSE_MILLIS;
        private String lastFault = "no answer of the broker";

        Sending(OutgoingMessage message, String callId) {
            this.message = message;
            this.callId = callId;
        }

        void begin() {
            timer.execute(() -> {
                deadline = timer.schedule(this::expire, within.toNanos(), TimeUnit.NANOSECONDS);
                attempt();
            });
        }

        private void attempt() {
            if (result.isDone()) {
                return; // S3
            }
            CompletableFuture<Void> next = publisher.publishUnmarked(
                    new ConfirmedPublisher.Target(message.exchange(), message.routingKey(), Map.of()),
                    AmqpProperties.of(message.properties()),
                    message.body());
            attempt = next;
            next.whenComplete((done, failure) -> later(() -> ended(failure))); // S2
        }

        private void ended(@Nullable Throwable failure) {
            attempt = null;
            if (failure == null) {
                end(null);
            } else if (failure instanceof UnsendableException) {
                end(new SendException(callId, mayHaveBeenSent, "it cannot be sent: " + failure.getMessage(), failure));
            } else if (failure instanceof UnroutableException) {
                end(new SendException.Unroutable(callId, mayHaveBeenSent, unroutable(failure), failure));
            } else {
                mayHaveBeenSent |= failure instanceof ConfirmedPublisher.UnconfirmedException;
                lastFault = String.valueOf(failure.getMessage());
                timer.schedule(this::attempt, pauseMillis, TimeUnit.MILLISECONDS);
                pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
            }
        }

        private String unroutable(Throwable failure) {
            return "exchange \"" + message.exchange() + "\" with routing key \"" + message.routingKey()
                    + "\" leads to no queue (" + failure.getMessage()
                    + "): declare and bind the queue, correct the name, or let the client create queues";
        }

        private void expire() {
            CompletableFuture<Void> current = attempt;
            // S3: what the publisher has handed to its connection may be on its way.
            boolean unknown = mayHaveBeenSent || (current != null && !publisher.withdraw(current));
            String fault = publisher.isBlocked() ? state() : lastFault;
            end(new SendException(
                    callId,
                    unknown,
                    "not confirmed within " + within.toMillis() / 1000.0 + " s: " + fault + "; "
                            + (unknown
                                    ? "it may be in its queue: send it again under the same id to be sure"
                                    : "nothing was sent"),
                    null));
        }

        private void end(@Nullable SendException failure) {
            ScheduledFuture<?> due = deadline;
            if (due != null) {
                due.cancel(false);
            }
            if (failure == null) {
                result.complete(null);
            } else {
                result.completeExceptionally(failure);
            }
        }
    }

    private void later(Runnable step) {
        if (!timer.isShutdown()) {
            timer.execute(step);
        }
    }

    /** Waits for what is unconfirmed, at most as long as a send may take. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        boolean all = false;
        try {
            all = permits.tryAcquire(most, within.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        timer.shutdown();
        publisher.close();
        // Only if the thread was interrupted while it waited: each has its own end otherwise.
        unfinished.forEach(each -> each.result.completeExceptionally(
                new SendException(each.callId, true, "the client was closed before the broker confirmed it", null)));
        if (all) {
            permits.release(most); // whoever began to wait just before finds it closed
        }
    }
}
