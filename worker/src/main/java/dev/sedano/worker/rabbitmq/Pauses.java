package dev.sedano.worker.rabbitmq;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The reasons for which nothing is consumed now, and who waits until nothing is. Thread-safe. */
final class Pauses {
    private final Set<Broker.Pause> reasons = EnumSet.noneOf(Broker.Pause.class);
    private final List<CompletableFuture<Void>> waiting = new ArrayList<>();

    /** The future completes at the next {@link #tellQuiet}. */
    synchronized CompletableFuture<Void> add(Broker.Pause reason) {
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        reasons.add(reason);
        waiting.add(quiet);
        return quiet;
    }

    synchronized void remove(Broker.Pause reason) {
        reasons.remove(reason);
    }

    synchronized boolean any() {
        return !reasons.isEmpty();
    }

    /** Nothing is delivered any more. */
    void tellQuiet() {
        List<CompletableFuture<Void>> told;
        synchronized (this) {
            told = List.copyOf(waiting);
            waiting.clear();
        }
        told.forEach(quiet -> quiet.complete(null));
    }
}
