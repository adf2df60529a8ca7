package dev.sedano.worker.simulation;

import dev.sedano.worker.idempotency.BlockVerdict;
import dev.sedano.worker.idempotency.BlockedDelivery;
import dev.sedano.worker.idempotency.ClaimReply;
import dev.sedano.worker.idempotency.CompleteReply;
import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.RenewReply;
import dev.sedano.worker.idempotency.StepReply;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Effect;
import dev.sedano.worker.idempotency.StoreException.Kind;
import dev.sedano.worker.idempotency.StoreStatus;
import dev.sedano.worker.idempotency.TaskKey;
import dev.sedano.worker.idempotency.TurnRequest;
import dev.sedano.worker.idempotency.Turns;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One worker's way to the store. As on Redis, a connection answers in order and every call has a deadline; a call can be
 * lost on the way there (not executed), on the way back (executed), or arrive long after its caller gave up. Writes what
 * the store decided, and what its worker was told, into the ledger.
 */
final class FaultyLink implements IdempotencyStore {
    private static final long DEADLINE = World.SECOND;

    /** One connection. */
    private static final class Pipe {
        long lastExecution;
        long lastReply;
    }

    private final World world;
    private final StoreServer server;
    private final Host host;
    private final String worker;
    private final Trouble trouble;
    private final Pipe work = new Pipe();
    private final Pipe renewals = new Pipe();
    private final Pipe probes = new Pipe();
    /** Calls that are not answered yet, by their number. */
    private final Map<Long, CompletableFuture<?>> open = new LinkedHashMap<>();

    private long calls;
    private final Set<Coroutines.Coroutine> blocking = new LinkedHashSet<>();
    private boolean closed;

    FaultyLink(World world, StoreServer server, Host host, String worker, Trouble trouble) {
        this.world = world;
        this.server = server;
        this.host = host;
        this.worker = worker;
        this.trouble = trouble;
    }

    /** Whether calls by the handler that runs now wait for their answer, for code that waits for its future at once. */
    void blocking(boolean on) {
        Coroutines.Coroutine handler = world.coroutines.current();
        if (handler != null && on) {
            blocking.add(handler);
        } else {
            blocking.remove(handler);
        }
    }

    private <T> CompletableFuture<T> call(
            Pipe pipe, Function<IdempotencyStore, CompletableFuture<T>> call, Consumer<T> executed, Consumer<T> told) {
        CompletableFuture<T> reply = new CompletableFuture<>();
        if (closed || host.isDead()) {
            reply.completeExceptionally(failure(Kind.CLOSED, Effect.NONE));
            return reply;
        }
        long number = calls++;
        open.put(number, reply);
        BiConsumer<T, StoreException> answer = (value, failure) -> {
            if (open.remove(number) != null) {
                if (failure != null) {
                    world.log(world.line(Line.Event.FAULT, worker).what("call").until(world.now()));
                    reply.completeExceptionally(failure);
                } else {
                    told.accept(value);
                    reply.complete(value);
                }
            }
        };
        world.after(DEADLINE, host, () -> answer.accept(null, failure(Kind.TIMEOUT, Effect.UNKNOWN)));
        boolean cut = trouble.cutUntil > world.now();
        if (cut || world.chance(trouble.requestLost)) {
            lost(call, executed, answer, cut);
        } else {
            boolean replyLost = world.chance(trouble.replyLost);
            pipe.lastExecution = Math.max(pipe.lastExecution + 1, world.now() + latency());
            world.at(pipe.lastExecution, Host.WORLD, () -> arrive(pipe, call, executed, replyLost, answer));
        }
        return await(reply);
    }

    /** A call that did not come through: usually never executed, sometimes seconds later. */
    private <T> void lost(
            Function<IdempotencyStore, CompletableFuture<T>> call,
            Consumer<T> executed,
            BiConsumer<T, StoreException> answer,
            boolean cut) {
        if (world.chance(trouble.late)) {
            long when = world.now() + world.between(World.SECOND / 10, 4 * World.SECOND);
            world.log(world.line(Line.Event.FAULT, worker).what("late").until(when));
            world.at(when, Host.WORLD, () -> {
                if (!server.refuses()) {
                    executed.accept(server.execute(call));
                }
            });
        }
        if (!cut && world.chance(0.5)) {
            world.after(latency() * 2, host, () -> answer.accept(null, failure(Kind.CONNECTION_LOST, Effect.UNKNOWN)));
        } else if (world.chance(0.3)) {
            world.after(latency(), host, () -> answer.accept(null, failure(Kind.CONNECT, Effect.NONE)));
        }
    }

    private <T> void arrive(
            Pipe pipe,
            Function<IdempotencyStore, CompletableFuture<T>> call,
            Consumer<T> executed,
            boolean replyLost,
            BiConsumer<T, StoreException> answer) {
        if (server.refuses()) {
            world.after(latency(), host, () -> answer.accept(null, failure(Kind.CONNECT, Effect.NONE)));
            return;
        }
        if (server.frozenUntil() > world.now()) {
            world.at(server.frozenUntil(), Host.WORLD, () -> arrive(pipe, call, executed, replyLost, answer));
            return;
        }
        T value = server.execute(call);
        executed.accept(value);
        if (replyLost) {
            if (world.chance(0.5)) {
                world.after(latency(), host, () -> answer.accept(null, failure(Kind.CONNECTION_LOST, Effect.UNKNOWN)));
            }
            return;
        }
        pipe.lastReply = Math.max(pipe.lastReply + 1, world.now() + latency());
        world.at(pipe.lastReply, host, () -> answer.accept(value, null));
    }

    private <T> CompletableFuture<T> await(CompletableFuture<T> reply) {
        Coroutines.Coroutine handler = world.coroutines.current();
        if (handler != null && blocking.contains(handler)) {
            reply.whenComplete((value, failure) -> world.after(0, host, handler::resume));
            while (!reply.isDone()) {
                handler.suspend();
            }
        }
        return reply;
    }

    /** Handler threads wait for these answers at once. */
    private <T> CompletableFuture<T> waiting(Supplier<CompletableFuture<T>> call) {
        blocking(true);
        try {
            return call.get();
        } finally {
            blocking(false);
        }
    }

    private long latency() {
        return world.between(50, trouble.slowest);
    }

    private static StoreException failure(Kind kind, Effect effect) {
        return new StoreException(kind, effect, "simulated", null);
    }

    /** The store counts in whole milliseconds. */
    private long leaseEnd(Duration lease) {
        return (world.now() / World.MILLI + lease.toMillis()) * World.MILLI;
    }

    private Line line(Line.Event event, TaskKey key, long attempt, long token) {
        return world.line(event, worker).about(name(key), attempt, token);
    }

    /** The record's name, printable. */
    static String name(TaskKey key) {
        return key.record().replace('\0', '|');
    }

    @Override
    public CompletableFuture<StoreStatus> hello() {
        return call(probes, IdempotencyStore::hello, status -> {}, status -> {});
    }

    @Override
    public CompletableFuture<ClaimReply> claim(Claim claim) {
        return call(
                work,
                store -> store.claim(claim),
                reply -> {
                    if (reply instanceof ClaimReply.Granted granted) {
                        server.tokens.put(claim.nonce(), granted.token());
                        world.log(line(Line.Event.GRANTED, claim.key(), claim.attempt(), granted.token())
                                .what(granted.priorRun().name())
                                .until(leaseEnd(claim.lease())));
                    }
                },
                reply -> {
                    if (reply instanceof ClaimReply.Granted granted) {
                        world.log(line(Line.Event.TOLD, claim.key(), claim.attempt(), granted.token()));
                    }
                });
    }

    @Override
    public CompletableFuture<RenewReply> renew(TaskKey key, long token, Duration lease) {
        return call(
                renewals,
                store -> store.renew(key, token, lease),
                reply -> {
                    if (reply == RenewReply.RENEWED) {
                        world.log(line(Line.Event.RENEWED, key, 0, token).until(leaseEnd(lease)));
                    }
                },
                reply -> {});
    }

    @Override
    public CompletableFuture<CompleteReply> complete(Completion done) {
        return call(
                work,
                store -> store.complete(done),
                reply -> {
                    if (reply instanceof CompleteReply.Recorded recorded) {
                        world.log(line(Line.Event.COMPLETED, done.key(), done.attempt(), done.token())
                                .what(recorded.replay() ? "replay" : "first"));
                    }
                },
                reply -> {
                    if (reply instanceof CompleteReply.Recorded recorded) {
                        recorded.resolved().forEach(each -> verdict(done.key(), each));
                    }
                });
    }

    @Override
    public CompletableFuture<CompleteReply> handOff(HandOff over) {
        return call(
                work,
                store -> store.handOff(over),
                reply -> {
                    if (reply instanceof CompleteReply.Recorded) {
                        world.log(line(Line.Event.HANDED, over.key(), over.attempt(), over.token())
                                .until(over.next()));
                    }
                },
                reply -> {
                    if (reply instanceof CompleteReply.Recorded recorded) {
                        recorded.resolved().forEach(each -> verdict(over.key(), each));
                    }
                });
    }

    @Override
    public CompletableFuture<Boolean> settle(TaskKey key, long token) {
        return call(work, store -> store.settle(key, token), settled -> {}, settled -> {});
    }

    @Override
    public CompletableFuture<RenewReply> start(TaskKey key, long token) {
        return waiting(() -> call(work, store -> store.start(key, token), reply -> {}, reply -> {}));
    }

    @Override
    public CompletableFuture<RenewReply> park(Parking parking) {
        return call(work, store -> store.park(parking), reply -> {}, reply -> {});
    }

    @Override
    public CompletableFuture<StepReply> step(TaskKey key, long token, StepChange change) {
        CompletableFuture<StepReply> answer = waiting(() -> call(
                work,
                store -> store.step(key, token, change),
                reply -> {
                    if (change instanceof StepChange.End && reply instanceof StepReply.Recorded) {
                        world.log(line(Line.Event.STEPPED, key, 0, token).what(change.name()));
                    }
                },
                reply -> {}));
        if (answer.isCompletedExceptionally()) {
            pause();
        }
        return answer;
    }

    /** Who asks for a step parks its thread when it failed: that time passes here, and the thread does not park. */
    private void pause() {
        Coroutines.Coroutine handler = world.coroutines.current();
        if (handler == null) {
            return;
        } else if (host.isDead()) {
            throw new Coroutines.Killed();
        }
        long until = world.now() + World.SECOND / 2;
        world.at(until, host, handler::resume);
        while (world.now() < until) {
            handler.suspend();
        }
        LockSupport.unpark(Thread.currentThread());
    }

    @Override
    public CompletableFuture<Boolean> release(TaskKey key, String nonce) {
        return call(
                work,
                store -> store.release(key, nonce),
                released -> {
                    if (released) {
                        world.log(line(Line.Event.RELEASED, key, 0, server.tokens.getOrDefault(nonce, 0L)));
                    }
                },
                released -> {});
    }

    @Override
    public CompletableFuture<BlockVerdict> reportBlocked(BlockedDelivery blocked) {
        return call(
                work,
                store -> store.reportBlocked(blocked),
                verdict -> world.log(line(Line.Event.REPORTED, blocked.key(), blocked.attempt(), 0)
                        .what(blocked.id())
                        .until(server.worldTime(blocked.blockedAt()))),
                verdict -> {
                    if (verdict instanceof BlockVerdict.Resolved resolved) {
                        verdict(blocked.key(), resolved);
                    }
                });
    }

    @Override
    public CompletableFuture<Turns> takeTurns(TurnRequest request) {
        return call(work, store -> store.takeTurns(request), turns -> {}, turns -> {});
    }

    private void verdict(TaskKey key, BlockVerdict.Resolved verdict) {
        if (verdict.first()) {
            world.log(line(Line.Event.VERDICT, key, 0, 0).what(verdict.id()).until(verdict.falsePositive() ? 1 : 0));
        }
    }

    @Override
    public long estimatedNow() {
        return server.millis();
    }

    /** Fails what waits, as the store's own close does. */
    @Override
    public void close() {
        closed = true;
        List<CompletableFuture<?>> waiting = List.copyOf(open.values());
        open.clear();
        waiting.forEach(each -> each.completeExceptionally(failure(Kind.CLOSED, Effect.UNKNOWN)));
    }
}
