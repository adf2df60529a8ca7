package dev.sedano.worker.idempotency.redis;

import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.StoreStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Says hello to several stores at once and makes one status of theirs. */
final class Greetings {
    private final CompletableFuture<StoreStatus> result = new CompletableFuture<>();
    private final List<StoreStatus> statuses = new ArrayList<>();
    private final int expected;

    private Greetings(int expected) {
        this.expected = expected;
    }

    /** Fails as soon as one of the stores fails. */
    static CompletableFuture<StoreStatus> of(List<? extends IdempotencyStore> stores) {
        Greetings greetings = new Greetings(stores.size());
        for (IdempotencyStore each : stores) {
            each.hello().whenComplete((status, failure) -> {
                if (failure != null) {
                    greetings.result.completeExceptionally(failure);
                } else {
                    greetings.add(status);
                }
            });
        }
        return greetings.result;
    }

    private void add(StoreStatus status) {
        StoreStatus worst;
        synchronized (this) {
            statuses.add(status);
            if (statuses.size() < expected) {
                return;
            }
            worst = statuses.stream().reduce(Greetings::worse).orElse(status);
        }
        result.complete(worst);
    }

    /** The graver verdict with the longer doubts; verdicts are declared from harmless to grave but for the first two. */
    private static StoreStatus worse(StoreStatus a, StoreStatus b) {
        StoreStatus grave = gravity(a) >= gravity(b) ? a : b;
        return new StoreStatus(
                grave.verdict(),
                grave.epoch(),
                grave.generation(),
                longer(a.unsafeLeft(), b.unsafeLeft()),
                longer(a.lossLeft(), b.lossLeft()),
                Math.max(a.storeTime(), b.storeTime()),
                a.revocations() + b.revocations());
    }

    private static int gravity(StoreStatus status) {
        return switch (status.verdict()) {
            case OK -> 0;
            case CREATED -> 1;
            case SWITCHED -> 2;
            case ROLLBACK -> 3;
            case AMNESIA -> 4;
        };
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }
}
