package dev.sedano.worker.delivery;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A channel that only remembers what it was told to settle, in order. */
final class RecordingChannel implements DeliveryChannel {
    record Settled(long tag, String task, Settlement settlement) {}

    final List<Settled> settled = new CopyOnWriteArrayList<>();
    volatile boolean open = true;

    @Override
    public void settle(Delivery delivery, String task, Settlement settlement) {
        settled.add(new Settled(delivery.tag(), task, settlement));
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    List<String> reasons() {
        return settled.stream()
                .map(one -> one.settlement().outcome() + " "
                        + one.settlement().reason().code())
                .toList();
    }
}
