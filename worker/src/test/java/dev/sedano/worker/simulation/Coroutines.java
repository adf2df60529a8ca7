package dev.sedano.worker.simulation;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Handlers that let virtual time pass in their midst. Each has a thread, but it runs only while the world's own thread
 * waits for it, so that only one of all threads runs at any time and the order is the world's.
 */
final class Coroutines {
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(body -> {
        Thread thread = new Thread(body, "simulated-handler");
        thread.setDaemon(true);
        return thread;
    });

    /** Ends a handler whose worker died. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("the simulated worker died", null, false, false);
        }
    }

    private final Set<Coroutine> suspended = new LinkedHashSet<>();
    private @Nullable Coroutine current;

    /** The one that runs now; null if the world's own thread does. */
    @Nullable
    Coroutine current() {
        return current;
    }

    /** Runs {@code body} until it first suspends or ends. */
    Coroutine start(Runnable body) {
        Coroutine coroutine = new Coroutine(body);
        coroutine.resume();
        return coroutine;
    }

    /** Ends all that are suspended. */
    void killAll() {
        List.copyOf(suspended).forEach(Coroutine::kill);
    }

    /** One handler. */
    final class Coroutine {
        private final Semaphore toRun = new Semaphore(0);
        private final Semaphore toReturn = new Semaphore(0);
        private final Runnable body;
        private boolean started;
        private boolean ended;
        private boolean killed;

        private Coroutine(Runnable body) {
            this.body = body;
        }

        /** Lets it run on until it suspends or ends. Called by the world's thread. */
        void resume() {
            if (ended) {
                return;
            }
            Coroutine before = current;
            current = this;
            suspended.remove(this);
            if (started) {
                toRun.release();
            } else {
                started = true;
                THREADS.execute(() -> {
                    try {
                        body.run();
                    } catch (Killed end) {
                        killed = true; // nobody is left to tell
                    } finally {
                        ended = true;
                        toReturn.release();
                    }
                });
            }
            toReturn.acquireUninterruptibly();
            current = before;
        }

        /** Gives the control back until somebody resumes. Called by the coroutine itself. */
        void suspend() {
            suspended.add(this);
            toReturn.release();
            toRun.acquireUninterruptibly();
            if (killed) {
                throw new Killed();
            }
        }

        boolean ended() {
            return ended;
        }

        void kill() {
            killed = true;
            resume();
        }
    }
}
