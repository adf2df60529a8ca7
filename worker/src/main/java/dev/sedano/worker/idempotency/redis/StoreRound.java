package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.StoreException;
import dev.sedano.worker.idempotency.StoreException.Kind;
import dev.sedano.worker.idempotency.StoreListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import redis.clients.jedis.exceptions.JedisDataException;
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

        /** Whether a failure just now came from {@link #cut()}. */
        boolean wasCut();
    }

    /** Tells the server that we are there, before its first claim. */
    @FunctionalInterface
    interface Greeting {
        void with(Session session);
    }

    private final Connector connector;
    private final Greeting hello;
    private final KnownData data;
    private final StoreListener listener;
    private final List<ScriptCall<?>> calls = new ArrayList<>();
    private final List<ScriptCall<?>> again = new ArrayList<>();
    private boolean helloFirst;
    private boolean unable;

    StoreRound(Connector connector, Greeting hello, KnownData data, StoreListener listener) {
        this.connector = connector;
        this.hello = hello;
        this.data = data;
        this.listener = listener;
    }

    void run(List<Operation<?>> batch, long deadline) {
        Session session;
        try {
            session = connector.session(deadline);
        } catch (StoreException e) {
            batch.forEach(each -> each.fail(e));
            return;
        }
        session.timeout(StoreClock.millisUntil(deadline));
        calls.clear();
        again.clear();
        for (Operation<?> each : batch) {
            if (each instanceof ScriptCall<?> call) {
                calls.add(call);
            }
        }
        boolean alive = write(session, calls, Set.of()) && read(session, calls, true) && repeat(session);
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

    /** Calls that the server did not know, or that came before a hello, go once more in the same round. */
    private boolean repeat(Session session) {
        if (again.isEmpty()) {
            return true;
        }
        List<ScriptCall<?>> repeated = List.copyOf(again);
        again.clear();
        Set<RedisScript> unknown = EnumSet.noneOf(RedisScript.class);
        repeated.forEach(each -> unknown.add(each.script()));
        if (helloFirst) {
            helloFirst = false;
            try {
                hello.with(session);
            } catch (StoreException e) {
                repeated.forEach(each -> each.fail(e));
                return true;
            } catch (JedisDataException e) {
                StoreException refused = StoreErrors.refused(e);
                repeated.forEach(each -> each.fail(refused));
                return true;
            } catch (RuntimeException e) {
                lose(repeated, 0, 0, e);
                return false;
            }
        }
        return write(session, repeated, unknown) && read(session, repeated, false);
    }

    /** Of the scripts in {@code whole} the first call carries the text, because the server may not have it. */
    private boolean write(Session session, List<ScriptCall<?>> all, Set<RedisScript> whole) {
        int written = 0;
        try {
            for (ScriptCall<?> call : all) {
                boolean text = !whole.isEmpty() && whole.remove(call.script());
                written++; // from here on some of it may have reached the server
                call.writeTo(session, text, data);
            }
            return true;
        } catch (RuntimeException e) {
            lose(all, 0, written, e);
            return false;
        }
    }

    private boolean read(Session session, List<ScriptCall<?>> all, boolean mayRepeat) {
        for (int i = 0; i < all.size(); i++) {
            ScriptCall<?> call = all.get(i);
            try {
                if (call.accept(session.read())) {
                    tell(call);
                } else if (mayRepeat) {
                    helloFirst = true;
                    again.add(call);
                } else {
                    call.fail(StoreErrors.simple(Kind.SERVER_UNABLE, "the store's data set changed twice in one call"));
                }
            } catch (JedisNoScriptException e) {
                if (mayRepeat) {
                    again.add(call);
                } else {
                    call.fail(StoreErrors.refused(e));
                }
            } catch (JedisDataException e) {
                call.fail(refused(e));
                tell(call);
            } catch (RuntimeException e) {
                lose(all, i, all.size(), e);
                return false;
            }
        }
        return true;
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
            call.fail(refused(e));
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
        for (int i = from; i < all.size(); i++) {
            all.get(i).fail(i < written ? unknown : none);
        }
        again.forEach(each -> each.fail(none));
        again.clear();
    }
}
