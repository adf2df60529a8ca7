package dev.sedano.workbench;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What has to be ended, last started first: at the end of the command or when the JVM is asked to stop (Ctrl-C, SIGTERM),
 * whichever comes first. Thread-safe; each thing is ended once, and whoever calls returns when everything has ended.
 */
public final class OrderlyEnd implements AutoCloseable {
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final Thread hook = new Thread(this::endAll, "sedano-orderly-end");

    /** Listens for the end of the JVM from now on. */
    public OrderlyEnd() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Takes over what was just started, and returns it. */
    public synchronized <T extends AutoCloseable> T add(T started) {
        running.push(started);
        return started;
    }

    @Override
    public void close() {
        endAll();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException endingAnyway) {
            // The hook runs or has run; there is nothing left to end.
            return;
        }
    }

    private synchronized void endAll() {
        while (!running.isEmpty()) {
            try {
                running.pop().close();
            } catch (Exception e) {
                System.err.println("sedano: at the end: " + e.getMessage());
            }
        }
    }
}
