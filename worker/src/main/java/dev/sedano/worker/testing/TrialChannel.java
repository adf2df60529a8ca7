package dev.sedano.worker.testing;

import dev.sedano.worker.delivery.Delivery;
import dev.sedano.worker.delivery.DeliveryChannel;
import dev.sedano.worker.delivery.Settlement;
import java.util.concurrent.CompletableFuture;

/** A channel that brings one delivery and remembers how it was settled. */
final class TrialChannel implements DeliveryChannel {
    final CompletableFuture<Settlement> settled = new CompletableFuture<>();

    @Override
    public void settle(Delivery delivery, String task, Settlement settlement) {
        settled.complete(settlement);
    }

    @Override
    public boolean isOpen() {
        return true;
    }
}
