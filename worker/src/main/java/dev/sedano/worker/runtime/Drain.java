package dev.sedano.worker.runtime;

import dev.sedano.worker.delivery.DeliveryPipeline;
import dev.sedano.worker.rabbitmq.Broker;
import dev.sedano.worker.time.Ticker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Empties a worker that ends: takes nothing new, returns what has not started, waits for what runs. */
final class Drain {
    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final Duration QUIET_WITHIN = Duration.ofSeconds(2);
    private static final Duration AFTER_GIVING_UP = Duration.ofSeconds(2);

    private final Broker broker;
    private final DeliveryPipeline pipeline;
    private final HandlerThreads slots;
    private final StopRequest stop;
    private final Ticker ticker;

    Drain(Broker broker, DeliveryPipeline pipeline, HandlerThreads slots, StopRequest stop, Ticker ticker) {
        this.broker = broker;
        this.pipeline = pipeline;
        this.slots = slots;
        this.stop = stop;
        this.ticker = ticker;
    }

    /**
     * Returns when nothing is in flight, or handlers that ran for longer have been interrupted.
     *
     * @param most how long handlers may go on; a second {@link StopRequest#ask} ends that at once
     * @return false if handlers were interrupted
     */
    boolean run(Duration most) {
        pipeline.inFlight().stopStarting();
        awaitQuiet(broker.pause(Broker.Pause.SHUTDOWN));
        pipeline.inFlight().drain();
        boolean empty = awaitEmpty(most);
        if (!empty) {
            pipeline.giveUpRecording();
            pipeline.inFlight().cutShort();
            slots.interrupt();
            awaitEmpty(AFTER_GIVING_UP);
            pipeline.giveUpRecording();
        }
        return empty;
    }

    /** A delivery that is returned before the consumers are cancelled would come straight back. */
    private static void awaitQuiet(CompletableFuture<Void> quiet) {
        try {
            quiet.get(QUIET_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the consumers could not be cancelled in time");
        }
    }

    /** Waits in slices, so that a second request to stop cuts it short. */
    private boolean awaitEmpty(Duration most) {
        long until = ticker.nanos() + most.toNanos();
        try {
            while (true) {
                long left = until - ticker.nanos();
                Duration slice = Duration.ofNanos(Math.max(0, Math.min(left, 100_000_000)));
                if (pipeline.inFlight().awaitEmpty(slice)) {
                    return true;
                }
                if (left <= 0 || stop.isForNow()) {
                    return false;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
