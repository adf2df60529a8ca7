package dev.sedano.conformance.chaos;

import dev.sedano.services.FreePorts;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ServerSocketFactory;

/**
 * A TCP proxy in front of a server that can be slow, cut, or half open. Replies are delayed as they come in, in order,
 * without holding back what follows. Thread-safe; owns two reading threads and one writing thread per connection.
 */
public final class StoreProxy implements AutoCloseable {
    private final int upstreamPort;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile long latencyNanos;
    private volatile boolean refusing;
    private volatile boolean swallowing;
    private final AtomicInteger toLose = new AtomicInteger();
    private final AtomicLong refused = new AtomicLong();

    public StoreProxy(int upstreamPort) {
        this(upstreamPort, ServerSocketFactory.getDefault());
    }

    /** @param front how clients are spoken to: with TLS, for one, where the server has none */
    public StoreProxy(int upstreamPort, ServerSocketFactory front) {
        this.upstreamPort = upstreamPort;
        try {
            server = front.createServerSocket(FreePorts.next(), 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread("proxy-accept", this::accept).start();
    }

    private static Thread thread(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Where clients find it, on 127.0.0.1. */
    public int port() {
        return server.getLocalPort();
    }

    public String redisUrl() {
        return "redis://127.0.0.1:" + port() + "/0";
    }

    /** Every reply takes this much longer from now on. */
    void latency(Duration latency) {
        latencyNanos = latency.toNanos();
    }

    /** Requests arrive, replies do not: the half-open connection. */
    public void swallowReplies(boolean on) {
        swallowing = on;
    }

    /** The next {@code replies}, whatever they answer, are lost with their connections after the request was executed. */
    void loseReplies(int replies) {
        toLose.set(replies);
    }

    /** Closes every connection and refuses new ones, until {@link #mend}. */
    public void cut() {
        refusing = true;
        sockets.forEach(StoreProxy::closeQuietly);
    }

    public void mend() {
        refusing = false;
        swallowing = false;
        toLose.set(0);
        latencyNanos = 0;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (refusing) {
                    closeQuietly(client);
                } else {
                    connect(client);
                }
            } catch (IOException e) {
                // Closed, or the server behind is down: its client has seen the end of the connection.
                refused.incrementAndGet();
            }
        }
    }

    /** Connections that found nobody behind. */
    long refused() {
        return refused.get();
    }

    private void connect(Socket client) throws IOException {
        Socket upstream;
        try {
            upstream = new Socket(InetAddress.getLoopbackAddress(), upstreamPort);
        } catch (IOException e) {
            closeQuietly(client);
            throw e;
        }
        client.setTcpNoDelay(true);
        upstream.setTcpNoDelay(true);
        sockets.add(client);
        sockets.add(upstream);
        thread("proxy-requests", () -> pumpRequests(client, upstream)).start();
        thread("proxy-replies", () -> pumpReplies(upstream, client)).start();
    }

    private void pumpRequests(Socket from, Socket to) {
        byte[] buffer = new byte[65_536];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
            }
        } catch (IOException e) {
            return; // one side is gone, which closes the other
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private void pumpReplies(Socket from, Socket to) {
        ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor(r -> thread("proxy-writer", r));
        byte[] buffer = new byte[65_536];
        long lastDue = System.nanoTime();
        boolean dead = false;
        try (from) {
            InputStream in = from.getInputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (toLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    return;
                }
                dead |= swallowing; // a stream that lost bytes never gets well again
                if (dead) {
                    continue;
                }
                byte[] chunk = Arrays.copyOf(buffer, n);
                // Never before an earlier chunk, also when the latency becomes less.
                lastDue = Math.max(lastDue, System.nanoTime() + latencyNanos);
                var unused = writer.schedule(() -> write(to, chunk), lastDue - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
        } catch (IOException e) {
            return; // as above
        } finally {
            var unused = writer.schedule(
                    () -> closeQuietly(to), Math.max(0, lastDue - System.nanoTime()), TimeUnit.NANOSECONDS);
            writer.shutdown();
        }
    }

    private static void write(Socket to, byte[] chunk) {
        try {
            to.getOutputStream().write(chunk);
        } catch (IOException e) {
            closeQuietly(to);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        cut();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
