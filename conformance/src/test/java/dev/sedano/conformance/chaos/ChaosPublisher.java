package dev.sedano.conformance.chaos;

import dev.sedano.conformance.harness.CeleryMessage;
import dev.sedano.conformance.harness.CeleryPublisher;
import dev.sedano.conformance.harness.TestBroker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sends tasks and remembers how many copies of each id the broker has confirmed. Not thread-safe. */
final class ChaosPublisher implements AutoCloseable {
    private final CeleryPublisher publisher;
    private final Map<String, Integer> copies = new LinkedHashMap<>();
    private final Map<String, List<CeleryMessage>> unsent = new LinkedHashMap<>();

    ChaosPublisher(TestBroker broker) {
        publisher = new CeleryPublisher(broker);
    }

    /** Declares a durable queue. */
    void declare(String queue, Map<String, Object> arguments) {
        publisher.declare(queue, arguments);
    }

    /** Adds a copy of task {@code id}; {@link #flush} sends it. */
    void add(String queue, String task, String id, Object argument) {
        unsent.computeIfAbsent(queue, name -> new ArrayList<>())
                .add(CeleryMessage.of(task, argument).withId(id));
    }

    /** Sends what was added; returns when the broker has it. */
    void flush() {
        unsent.forEach((queue, messages) -> {
            publisher.publish(queue, messages);
            messages.forEach(message -> copies.merge(message.id(), 1, Integer::sum));
        });
        unsent.clear();
    }

    /** How many copies were sent, by id; a copy of what is known now. */
    Map<String, Integer> copies() {
        return new LinkedHashMap<>(copies);
    }

    /** Messages that wait in {@code queue}, without those delivered and unsettled. */
    long waiting(String queue) {
        return publisher.ready(queue);
    }

    @Override
    public void close() {
        publisher.close();
    }
}
