package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.Durability;
import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Kind;
import dev.sedano.worker.idempotency.StoreListener;
import dev.sedano.worker.idempotency.redis.ScriptCall.Repetition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/** One round of a pipeline: write all calls, flush once, read all answers. Used by its pipeline's thread alone. */
final class StoreRound {
    /** Owns the connection. */
    interface Connector {
        /** The connection, opened and introduced if need be. Throws StoreException. */
        Session session(long deadline);

        /** Throws the connection away; only the pipeline's thread. */
        void drop();

        /** Ends what waits on the connection; any thread. */
        void cut();

        /** What went through all connections so far; any thread. */
        Throughput moved();

        /** Whether a failure just now came from {@link #cut()}. */
        boolean wasCut();
    }

    /** Takes calls that another server has to answer. */
    @FunctionalInterface
    interface Diversion {
        /** There is one server only. */
        Diversion NONE = (call, refusal) -> false;

        /** True if the call goes to another server now, which then answers it. It has surely not run on this one. */
        boolean take(Operation<?> call, StoreException refusal);
    }

    /** Of these a lost write makes no difference that a lease would not bring too. */
    private static final Set<RedisScript> NOT_CONFIRMED =
            EnumSet.of(RedisScript.HELLO, RedisScript.RENEW, RedisScript.REPORT_BLOCKED, RedisScript.RESULT);

    private final Connector connector;
    private final Durability durability;
    private final StoreListener listener;
    private final Diversion diversion;
    private final List<ScriptCall<?>> calls = new ArrayList<>();
    private final List<ScriptCall<?>> again = new ArrayList<>();
    private final Set<DataSet> strangers = new HashSet<>();
    private boolean unable;

    StoreRound(Connector connector, Durability durability, StoreListener listener, Diversion diversion) {
        this.connector = connector;
        this.durability = durability;
        this.listener = listener;
        this.diversion = diversion;
    }

    void run(List<Operation<?>> batch, long deadline) {
        Session session;
        try {
            session = connector.session(deadline);
        } catch (StoreException e) {
            batch.forEach(each -> each.fail(e));
            return;
        }
        try {
            long bytes = 0;
            for (Operation<?> each : batch) {
                bytes += each.weight();
            }
            session.timeout(StoreClock.millisUntil(deadline + Throughput.nanosToWrite(bytes)));
        } catch (JedisException e) { // the watchdog cut the connection since it was looked at: nothing was sent
            StoreException none = StoreErrors.broken(false, connector.wasCut(), e);
            connector.drop();
            batch.forEach(each -> each.fail(none));
            return;
        }
        session.beginRound();
        calls.clear();
        again.clear();
        strangers.clear();
        for (Operation<?> each : batch) {
            if (each instanceof ScriptCall<?> call) {
                call.beginRound();
                calls.add(call);
            }
        }
        boolean alive = introduce(calls, session::meet)
                && write(session, calls, Set.of())
                && read(session, calls)
                && repeat(session);
        for (Operation<?> each : batch) {
            if (each instanceof SessionCall<?> call) {
                alive = alive ? exchange(session, call) : notTried(call);
            }
        }
        if (unable) {
            // A demoted or loading server keeps its connections: the next call must find the one that serves now.
            unable = false;
            connector.drop();
        }
    }

    /** Says hello for each data set of the calls; those whose data set cannot be relied on fail and leave the list. */
    private boolean introduce(List<ScriptCall<?>> all, Consumer<DataSet> introduction) {
        DataSet last = null;
        for (int i = 0; i < all.size(); i++) {
            DataSet next = all.get(i).dataSet();
            if (next == last) {
                continue;
            }
            last = next;
            try {
                introduction.accept(next);
            } catch (StoreException e) {
                leaveOut(all, next, e);
                i = -1;
                last = null;
            } catch (JedisDataException e) {
                leaveOut(all, next, StoreErrors.refused(e));
                i = -1;
                last = null;
            } catch (RuntimeException e) {
                lose(all, 0, 0, e);
                return false;
            }
        }
        return true;
    }

    private void leaveOut(List<ScriptCall<?>> all, DataSet refused, StoreException cause) {
        unable = true;
        all.removeIf(call -> {
            if (call.dataSet() != refused) {
                return false;
            }
            answer(call, cause);
            return true;
        });
    }

    /**
     * Calls that the server did not know, or that came before a hello, go again in the same round: once for either reason, for
     * a node that never ran the script may have lost its data, too, and tells one after the other.
     */
    private boolean repeat(Session session) {
        while (!again.isEmpty()) {
            List<ScriptCall<?>> repeated = new ArrayList<>(again);
            again.clear();
            Set<RedisScript> unknown = EnumSet.noneOf(RedisScript.class);
            repeated.forEach(each -> unknown.add(each.script()));
            Consumer<DataSet> greeting = dataSet -> {
                if (strangers.remove(dataSet)) {
                    dataSet.greet(session);
                }
            };
            if (!introduce(repeated, greeting) || !write(session, repeated, unknown) || !read(session, repeated)) {
                return false;
            }
        }
        return true;
    }

    /** Of the scripts in {@code whole} the first call carries the text, because the server may not have it. */
    private boolean write(Session session, List<ScriptCall<?>> all, Set<RedisScript> whole) {
        int written = 0;
        try {
            for (ScriptCall<?> call : all) {
                boolean text = !whole.isEmpty() && whole.remove(call.script());
                written++; // from here on some of it may have reached the server
                call.writeTo(session, text);
            }
            if (anyToConfirm(all)) {
                session.sendWait(durability);
            }
            return true;
        } catch (RuntimeException e) {
            lose(all, 0, written, e);
            return false;
        }
    }

    private boolean toConfirm(ScriptCall<?> call) {
        return durability.kind() != Durability.Kind.NONE && !NOT_CONFIRMED.contains(call.script());
    }

    private boolean anyToConfirm(List<ScriptCall<?>> all) {
        return durability.kind() != Durability.Kind.NONE && all.stream().anyMatch(this::toConfirm);
    }

    private boolean read(Session session, List<ScriptCall<?>> all) {
        for (int i = 0; i < all.size(); i++) {
            ScriptCall<?> call = all.get(i);
            try {
                if (call.accept(session.read(), toConfirm(call))) {
                    tell(call);
                } else if (call.repeatsFor(Repetition.DATA_SET)) {
                    strangers.add(call.dataSet());
                    again.add(call);
                } else {
                    call.fail(StoreErrors.simple(Kind.SERVER_UNABLE, "the store's data set changed twice in one call"));
                }
            } catch (JedisNoScriptException e) {
                if (call.repeatsFor(Repetition.SCRIPT)) {
                    again.add(call);
                } else {
                    call.fail(StoreErrors.refused(e));
                }
            } catch (JedisDataException e) {
                answer(call, refused(e));
                tell(call);
            } catch (RuntimeException e) {
                lose(all, i, all.size(), e);
                return false;
            }
        }
        return !anyToConfirm(all) || confirm(session, all);
    }

    /** One answer stands for all writes of the round, because the server counts what the connection wrote. */
    private boolean confirm(Session session, List<ScriptCall<?>> all) {
        try {
            session.readConfirmations(durability);
            all.forEach(ScriptCall::deliver);
            return true;
        } catch (StoreException e) {
            all.forEach(each -> failHeld(each, e));
            return true;
        } catch (JedisDataException e) {
            StoreException refused = StoreErrors.notConfirmable(e);
            all.forEach(each -> failHeld(each, refused));
            return true;
        } catch (RuntimeException e) {
            lose(all, all.size(), all.size(), e);
            return false;
        }
    }

    /** Not what goes again in this round. */
    private void failHeld(ScriptCall<?> call, StoreException cause) {
        if (call.isHeld()) {
            call.fail(cause);
        }
    }

    private void answer(ScriptCall<?> call, StoreException refusal) {
        if (!diversion.take(call, refusal)) {
            call.fail(refusal);
        }
    }

    private StoreException refused(JedisDataException error) {
        StoreException refused = StoreErrors.refused(error);
        unable |= refused.kind() == Kind.SERVER_UNABLE;
        return refused;
    }

    private void tell(ScriptCall<?> call) {
        listener.answered(call.script().file(), Duration.ofNanos(StoreClock.nanos() - call.handedOver()));
    }

    private boolean exchange(Session session, SessionCall<?> call) {
        try {
            call.run(session);
            return true;
        } catch (StoreException e) {
            call.fail(e);
            return true;
        } catch (JedisDataException e) {
            StoreException refusal = refused(e);
            if (!diversion.take(call, refusal)) {
                call.fail(refusal);
            }
            return true;
        } catch (RuntimeException e) {
            call.fail(StoreErrors.broken(true, connector.wasCut(), e));
            connector.drop();
            return false;
        }
    }

    private boolean notTried(SessionCall<?> call) {
        call.fail(StoreErrors.broken(false, connector.wasCut(), null));
        return false;
    }

    /** The connection failed: calls from..written may have run, later ones and those waiting to be repeated have not. */
    private void lose(List<ScriptCall<?>> all, int from, int written, RuntimeException cause) {
        boolean late = connector.wasCut();
        connector.drop(); // I3 of the pipeline
        StoreException unknown = StoreErrors.broken(true, late, cause);
        StoreException none = StoreErrors.broken(false, late, cause);
        for (int i = 0; i < all.size(); i++) {
            if (i >= from) {
                all.get(i).fail(i < written ? unknown : none);
            } else {
                failHeld(all.get(i), unknown);
            }
        }
        again.forEach(each -> each.fail(none));
        again.clear();
    }
}
