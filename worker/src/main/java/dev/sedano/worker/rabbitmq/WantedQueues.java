package dev.sedano.worker.rabbitmq;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The queues that a worker is to consume: those of its configuration, and what was added or cancelled since. Thread-safe. */
final class WantedQueues {
    private final Map<String, QueueBinding> wanted = new LinkedHashMap<>();
    private final Set<String> added = new HashSet<>();

    WantedQueues(List<QueueBinding> configured) {
        configured.forEach(queue -> wanted.put(queue.queue(), queue));
    }

    /** In the order in which they were added. */
    synchronized List<QueueBinding> all() {
        return List.copyOf(wanted.values());
    }

    synchronized boolean contains(String queue) {
        return wanted.containsKey(queue);
    }

    /** @return false if it is consumed already */
    synchronized boolean add(QueueBinding queue) {
        if (wanted.putIfAbsent(queue.queue(), queue) != null) {
            return false;
        }
        added.add(queue.queue());
        return true;
    }

    synchronized void remove(String queue) {
        wanted.remove(queue);
        added.remove(queue);
    }

    /** Whether it was added at run time: if it cannot be consumed, that must not keep the others from being. */
    synchronized boolean isAdded(QueueBinding queue) {
        return added.contains(queue.queue());
    }
}
