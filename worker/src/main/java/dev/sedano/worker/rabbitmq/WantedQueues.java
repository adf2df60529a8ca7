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
    /** Of the configuration, whether consumed or not. */
    private final Map<String, QueueBinding> known = new LinkedHashMap<>();

    private final Set<QueueBinding> defined;

    /** @param defined the queues of which more is known than a name, whether consumed or not */
    WantedQueues(List<QueueBinding> configured, List<QueueBinding> defined) {
        defined.forEach(queue -> known.put(queue.queue(), queue));
        configured.forEach(queue -> known.put(queue.queue(), queue));
        configured.forEach(queue -> wanted.put(queue.queue(), queue));
        this.defined = Set.copyOf(defined);
    }

    /** In the order in which they were added. */
    synchronized List<QueueBinding> all() {
        return List.copyOf(wanted.values());
    }

    synchronized boolean contains(String queue) {
        return wanted.containsKey(queue);
    }

    /**
     * Adds a queue at run time: one of the configuration as that says, whatever else is given (celery/worker/consumer,
     * add_task_queue).
     *
     * @return false if it is consumed already
     */
    synchronized boolean add(QueueBinding given) {
        QueueBinding queue = known.getOrDefault(given.queue(), given);
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

    /** Whether its definition is given by the settings. */
    boolean isDefined(QueueBinding queue) {
        return defined.contains(queue);
    }

    /** Whether the configuration has its name and nothing more: if it exists it is used as it is. */
    boolean isNameOnly(QueueBinding queue) {
        return queue.equals(known.get(queue.queue())) && !isDefined(queue);
    }

    /** Whether it was added at run time: if it cannot be consumed, that must not keep the others from being. */
    synchronized boolean isAdded(QueueBinding queue) {
        return added.contains(queue.queue());
    }
}
