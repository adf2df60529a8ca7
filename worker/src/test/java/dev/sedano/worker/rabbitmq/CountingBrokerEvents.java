package dev.sedano.worker.rabbitmq;

import dev.sedano.worker.delivery.Settlement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers which queues deliveries were delayed in. */
final class CountingBrokerEvents implements BrokerEvents {
    final List<String> delayed = new CopyOnWriteArrayList<>();

    @Override
    public void delivered(String queue) {}

    @Override
    public void settled(String task, Settlement settlement) {}

    @Override
    public void delayed(String queues) {
        delayed.add(queues);
    }

    @Override
    public void connected(boolean connected) {}

    @Override
    public void consuming(boolean consuming) {}
}
