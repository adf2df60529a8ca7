package dev.sedano.worker.idempotency.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/** A way to a server that carries so many bytes a second and no more. */
final class SlowNetwork implements AutoCloseable {
    private static final int TICKS_PER_SECOND = 50;

    private final ServerSocket entrance;
    private final URI server;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile int bytesPerSecond = Integer.MAX_VALUE;

    SlowNetwork(URI server) {
        this.server = server;
        try {
            entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    URI uri() {
        return URI.create("redis://127.0.0.1:" + entrance.getLocalPort() + server.getPath());
    }

    void carries(int bytes) {
        bytesPerSecond = bytes;
    }

    private void accept() {
        try {
            while (true) {
                Socket near = entrance.accept();
                Socket far = new Socket(server.getHost(), server.getPort());
                sockets.add(near);
                sockets.add(far);
                start(() -> carry(near, far));
                start(() -> carry(far, near));
            }
        } catch (IOException closed) {
            close();
        }
    }

    private void carry(Socket from, Socket to) {
        byte[] some = new byte[1 << 20];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            while (true) {
                int limit = bytesPerSecond;
                int count = in.read(some, 0, Math.min(some.length, Math.max(1, limit / TICKS_PER_SECOND)));
                if (count < 0) {
                    return;
                }
                out.write(some, 0, count);
                if (limit != Integer.MAX_VALUE) {
                    LockSupport.parkNanos(1_000_000_000L * count / limit);
                }
            }
        } catch (IOException gone) {
            return; // the other way of it, too
        }
    }

    private static void start(Runnable body) {
        Thread thread = new Thread(body, "slow-network");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            entrance.close();
            for (Socket each : sockets) {
                each.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
