package dev.sedano.examples.api;

import dev.sedano.examples.stage.OutsideWorld.Reply;
import dev.sedano.examples.stage.OutsideWorld.Request;
import dev.sedano.examples.stage.OutsideWorld.Service;
import dev.sedano.examples.stage.Wait;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Books whatever it is told to, in a third of a second: the count of its entries is the count of runs. Thread-safe. */
final class Books implements Service {
    private static final Duration WORK = Duration.ofMillis(300);

    private final AtomicInteger entries = new AtomicInteger();

    @Override
    public Reply answer(Request request) {
        Wait.pass(WORK);
        return new Reply(201, Map.of("entry", entries.incrementAndGet()));
    }

    int entries() {
        return entries.get();
    }
}
