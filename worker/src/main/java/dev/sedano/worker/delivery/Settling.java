package dev.sedano.worker.delivery;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of each delivery's way: handed to its channel, once. Also of those that a defect breaks off, which are neither
 * lost nor kept: they come again after a while. Thread-safe.
 */
final class Settling {
    /** So long that a delivery that meets the defect each time costs next to nothing. */
    static final Duration AFTER_DEFECT = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(Settling.class);

    private final InFlight inFlight;
    private final Oversight oversight;

    Settling(InFlight inFlight, Oversight oversight) {
        this.inFlight = inFlight;
        this.oversight = oversight;
    }

    void finish(Work work, Settlement settlement) {
        inFlight.remove(work);
        if (settlement instanceof Settlement.DeadLetter || settlement instanceof Settlement.Park) {
            oversight.ended(work, new Oversight.End(Oversight.EndKind.REJECTED, new byte[0], 0));
        } else if (settlement instanceof Settlement.Requeue && settlement.reason() == SettlementReason.REJECTED) {
            oversight.ended(work, new Oversight.End(Oversight.EndKind.REQUEUED, new byte[0], 0));
        }
        finish(work.delivery, work.handler.name(), settlement);
    }

    /** A delivery that is no work of ours. */
    void finish(Delivery delivery, String task, Settlement settlement) {
        delivery.channel().settle(delivery, task, settlement);
    }

    /** Goes on with what {@code future}, which never fails, brings. */
    <T> void then(Work work, CompletableFuture<T> future, Consumer<T> next) {
        future.thenAccept(next).exceptionally(defect -> {
            brokenOff(work, defect);
            return null;
        });
    }

    /** As the other one, for a delivery that is no work of ours. */
    <T> void then(Delivery delivery, CompletableFuture<T> future, Consumer<T> next) {
        future.thenAccept(next).exceptionally(defect -> {
            comesAgain(delivery, defect);
            return null;
        });
    }

    /** A delivery that is no work of ours yet is taken in again later. */
    void comesAgain(Delivery delivery, Throwable defect) {
        LOG.error("delivery {} of queue {} comes again later: a defect", delivery.tag(), delivery.queue(), defect);
        finish(delivery, "unknown", comesAgain());
    }

    /** Takes a step of {@code work}. */
    void guarded(Work work, Runnable step) {
        try {
            step.run();
        } catch (Throwable defect) { // an Error, too, must not leave it unsettled
            brokenOff(work, defect);
        }
    }

    private void brokenOff(Work work, Throwable defect) {
        LOG.error(
                "task {} id {}: its delivery comes again in {} s: a defect",
                work.handler.name(),
                work.message.id(),
                AFTER_DEFECT.toSeconds(),
                defect);
        inFlight.breakOff(work, comesAgain());
    }

    private static Settlement comesAgain() {
        return new Settlement.Wait(SettlementReason.DEFECT, AFTER_DEFECT);
    }
}
