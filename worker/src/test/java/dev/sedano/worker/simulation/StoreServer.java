package dev.sedano.worker.simulation;

import dev.sedano.worker.idempotency.IdempotencyStore;
import dev.sedano.worker.idempotency.InMemoryIdempotencyStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The one store of the fleet, under virtual time: up, refusing or frozen. */
final class StoreServer {
    private final World world;
    private final InMemoryIdempotencyStore memory = new InMemoryIdempotencyStore();
    private final long origin = memory.estimatedNow();
    private final IdempotencyStore calls;
    /** The token that a nonce was granted, to tell the ledger which tenure a release ends. */
    final Map<String, Long> tokens = new HashMap<>();

    private long refusingUntil;
    private long frozenUntil;

    StoreServer(World world, NaiveDesign design) {
        this.world = world;
        this.calls = design.server(memory, world);
    }

    /** The store's clock now, in milliseconds. */
    long millis() {
        return origin + world.now() / World.MILLI;
    }

    /** The world's time, in microseconds, when the store's clock shows {@code millis}. */
    long worldTime(long millis) {
        return (millis - origin) * World.MILLI;
    }

    /** Executes a call now. */
    <T> T execute(Function<IdempotencyStore, CompletableFuture<T>> call) {
        memory.advance(Duration.ofMillis(millis() - memory.estimatedNow()));
        return call.apply(calls).join();
    }

    void storeResult(String key, byte[] record) {
        memory.storeResult(key, record);
    }

    void refuseUntil(long time) {
        refusingUntil = Math.max(refusingUntil, time);
    }

    void freezeUntil(long time) {
        frozenUntil = Math.max(frozenUntil, time);
    }

    boolean refuses() {
        return refusingUntil > world.now();
    }

    long frozenUntil() {
        return frozenUntil;
    }

    /** Answers again. */
    void calm() {
        refusingUntil = 0;
        frozenUntil = 0;
    }

    void loseAllData() {
        memory.loseAllData();
        world.log(world.line(Line.Event.LOSS, ""));
    }
}
