package dev.sedano.client;

import dev.sedano.task.Canvas;
import dev.sedano.task.client.AsyncResult;
import dev.sedano.task.client.GroupResult;
import dev.sedano.task.client.ResultsException;
import dev.sedano.task.client.SendException;
import dev.sedano.task.client.SendOptions;
import dev.sedano.task.client.TaskClient;
import dev.sedano.worker.canvas.CallPlans;
import dev.sedano.worker.canvas.FollowUp;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A client of Celery's workers over RabbitMQ, with results in Redis or as replies:
 *
 * <pre>{@code
 * try (TaskClient client = CeleryClient.connect(ClientConfig.of("amqp://localhost", "redis://localhost/0"))) {
 *     AsyncResult sum = client.send("proj.add", 2, 3);
 *     Long five = sum.get(Duration.ofSeconds(10), Long.class);
 * }
 * }</pre>
 *
 * <p>Thread-safe. Owns the threads {@code sedano-client-publisher} and {@code sedano-client-sends}, one that reads results
 * and {@code sedano-client-callbacks} for futures, all daemons; each is started when it is needed first or at {@link
 * #connect}, and ended by {@link #close}.
 */
public final class CeleryClient implements TaskClient {
    private static final String OTHERS = "; other messages of this call were sent";

    private final CallPlans plans;
    private final Sends sends;
    private final Backend backend;
    private final RemoteResult.Source source;
    private final Callbacks callbacks;

    CeleryClient(CallPlans plans, Sends sends, Callbacks callbacks, Backend backend, RemoteResult.Source source) {
        this.plans = plans;
        this.sends = sends;
        this.callbacks = callbacks;
        this.backend = backend;
        this.source = source;
    }

    /**
     * Makes a client. Connections are opened when they are needed first: a broker that is away now may be there then.
     *
     * @throws IllegalArgumentException if a setting cannot be used; the message names it and the cure
     */
    public static CeleryClient connect(ClientConfig config) {
        return Assembly.of(config);
    }

    @Override
    public AsyncResult send(Canvas call, SendOptions options) {
        Planned planned = plan(call, options);
        try {
            return Callbacks.await(begin(planned));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SendException refused) {
                throw copy(refused, refused.mayHaveBeenSent(), String.valueOf(refused.getMessage()));
            }
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SendException(
                    planned.callId(),
                    true,
                    "interrupted before the broker confirmed it; it may be in its queue: send it again under the same id to"
                            + " be sure",
                    e);
        }
    }

    @Override
    public CompletableFuture<AsyncResult> sendAsync(Canvas call, SendOptions options) {
        Planned planned = plan(call, options);
        Callbacks.Place place = callbacks.reserve(planned.callId());
        try {
            return place.follow(begin(planned));
        } catch (RuntimeException | Error e) {
            place.giveBack();
            throw e;
        }
    }

    private record Planned(List<FollowUp> followUps, AsyncResult result) {
        String callId() {
            return result.id();
        }
    }

    private Planned plan(Canvas call, SendOptions options) {
        CallPlans.Plan plan = plans.of(call, options.values());
        if (plan.followUps().stream().anyMatch(FollowUp.ChordSize.class::isInstance)) {
            backend.checkChords();
        }
        AsyncResult result = ResultTuples.read(source, plan.result());
        if (result == null) {
            throw new IllegalStateException("a plan without a result");
        }
        sends.checkOpen(result.id());
        return new Planned(plan.followUps(), result);
    }

    /** @return ends on the thread that sends: nothing of a caller's may run there */
    private CompletableFuture<AsyncResult> begin(Planned planned) {
        AsyncResult result = planned.result();
        expect(result.id());
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (FollowUp each : planned.followUps()) {
            if (each instanceof FollowUp.ChordSize size) {
                begin(size, result.id());
            } else if (each instanceof FollowUp.Send message) {
                all.add(begun(message, result.id(), !all.isEmpty()));
            }
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).handle((done, failure) -> {
            if (failure != null) {
                throw new CompletionException(ofWhole(failure, all));
            }
            return result;
        });
    }

    private void expect(String callId) {
        try {
            backend.expect();
        } catch (ResultsException e) {
            throw new SendException(callId, false, e.getMessage() + "; nothing was sent", e);
        }
    }

    private CompletableFuture<Void> begun(FollowUp.Send message, String callId, boolean others) {
        try {
            return sends.send(message.message(), callId);
        } catch (SendException e) {
            throw others ? copy(e, true, e.getMessage() + OTHERS) : e;
        }
    }

    /** A message that was surely not sent may be one of several. */
    private static Throwable ofWhole(Throwable failure, List<CompletableFuture<Void>> all) {
        Throwable inner = failure instanceof CompletionException ? failure.getCause() : null;
        Throwable cause = inner == null ? failure : inner;
        boolean others = all.stream().anyMatch(each -> !each.isCompletedExceptionally());
        return others && cause instanceof SendException refused && !refused.mayHaveBeenSent()
                ? copy(refused, true, refused.getMessage() + OTHERS)
                : cause;
    }

    /** With the stack of whoever gets it, and the first one as its cause. */
    private static SendException copy(SendException of, boolean mayHaveBeenSent, String message) {
        return of instanceof SendException.Unroutable
                ? new SendException.Unroutable(of.taskId(), mayHaveBeenSent, message, of)
                : new SendException(of.taskId(), mayHaveBeenSent, message, of);
    }

    private void begin(FollowUp.ChordSize size, String callId) {
        try {
            backend.beginChord(size.group(), size.size(), size.header());
        } catch (ResultsException e) {
            throw new SendException(callId, false, "a chord cannot begin: " + e.getMessage() + "; nothing was sent", e);
        }
    }

    @Override
    public AsyncResult result(String taskId) {
        return new RemoteResult(source, taskId, null);
    }

    @Override
    public GroupResult savedGroup(String groupId) {
        List<?> tuple = backend.savedGroup(groupId);
        @Nullable AsyncResult saved = tuple == null ? null : ResultTuples.read(source, tuple);
        if (saved instanceof GroupResult group) {
            return group;
        }
        throw new ResultsException(
                "no group " + groupId + " is saved: it expired, or nobody called save() on its result", null);
    }

    @Override
    public void close() {
        sends.close();
        callbacks.close();
        backend.close();
    }
}
