package dev.sedano.client;

import dev.sedano.task.client.ResultsException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Wakes those who wait for results when a worker announces one (CONTRACT §5). Only wakes: what was announced is read from
 * its key. Thread-safe. Owns the thread {@code sedano-client-results}, started by the first who waits; it holds one
 * connection, and opens a new one when that is lost.
 */
final class Announcements implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ResultServer server;
    /** A channel on which nobody speaks, since a subscription cannot be empty. Named like results, for servers with ACLs. */
    private final String silence;
    /** Guarded by this. */
    private final Map<String, Set<Ear>> ears = new HashMap<>();
    /** Guarded by this. Null = not subscribed now. */
    private @Nullable JedisPubSub live;
    /** Guarded by this. */
    private @Nullable Thread thread;

    private volatile boolean closed;

    /** @param silence a channel on which nobody speaks */
    Announcements(ResultServer server, String silence) {
        this.server = server;
        this.silence = silence;
    }

    /** Somebody who waits. */
    final class Ear implements AutoCloseable {
        private final String channel;
        private final Semaphore heard = new Semaphore(0);

        private Ear(String channel) {
            this.channel = channel;
        }

        /** Returns early when something was announced, or its announcements begin to arrive. */
        void await(long nanos) throws InterruptedException {
            if (heard.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
                heard.drainPermits();
            }
        }

        @Override
        public void close() {
            leave(this);
        }
    }

    synchronized Ear listen(String channel) {
        Ear ear = new Ear(channel);
        if (thread == null && !closed) {
            Thread started = new Thread(this::loop, "sedano-client-results");
            started.setDaemon(true);
            thread = started;
            started.start();
        }
        Set<Ear> others = ears.computeIfAbsent(channel, name -> new HashSet<>());
        others.add(ear);
        if (others.size() == 1) {
            tell(pubSub -> pubSub.subscribe(channel));
        }
        return ear;
    }

    private synchronized void leave(Ear ear) {
        Set<Ear> others = ears.get(ear.channel);
        if (others != null && others.remove(ear) && others.isEmpty()) {
            ears.remove(ear.channel);
            tell(pubSub -> pubSub.unsubscribe(ear.channel));
        }
    }

    private interface Order {
        void give(JedisPubSub pubSub);
    }

    /** Guarded by this. A connection that is lost is opened again by the thread, with all channels. */
    private void tell(Order order) {
        JedisPubSub to = live;
        if (to != null) {
            try {
                order.give(to);
            } catch (JedisException e) {
                live = null;
            }
        }
    }

    private synchronized void begun(JedisPubSub pubSub) {
        live = pubSub;
        if (closed) { // while it was connecting, when there was nobody to tell it to
            tell(JedisPubSub::unsubscribe);
        } else if (!ears.isEmpty()) {
            String[] all = ears.keySet().toArray(String[]::new);
            tell(each -> each.subscribe(all));
        }
    }

    private synchronized void ended() {
        live = null;
    }

    private synchronized void wake(String channel) {
        ears.getOrDefault(channel, Set.of()).forEach(ear -> ear.heard.release());
    }

    private final class Listener extends JedisPubSub {
        @Override
        public void onSubscribe(String channel, int count) {
            if (channel.equals(silence)) {
                begun(this);
            } else {
                wake(channel); // what was announced before this would not be heard: look again
            }
        }

        @Override
        public void onMessage(String channel, String message) {
            wake(channel);
        }
    }

    private void loop() {
        while (!closed) {
            try {
                server.redis().subscribe(new Listener(), silence);
            } catch (JedisException | ResultsException e) {
                if (!closed) {
                    LOG.debug("the announcements of results are interrupted: {}", e.toString());
                }
            }
            ended();
            if (!closed) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    @Override
    public void close() {
        Thread waiting;
        synchronized (this) {
            closed = true;
            tell(JedisPubSub::unsubscribe);
            ears.values().forEach(each -> each.forEach(ear -> ear.heard.release())); // they see that it is closed
            waiting = thread;
        }
        if (waiting != null) {
            LockSupport.unpark(waiting);
            try {
                waiting.join(1_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
