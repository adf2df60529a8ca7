package dev.sedano.worker.rabbitmq;

import dev.sedano.worker.protocol.Golden;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** What a Celery worker declared, as a broker routes by it; for direct, topic and fanout exchanges. */
final class CapturedTopology {
    private record Binding(String source, String key, String destination, boolean queue) {}

    private final Map<String, String> exchanges = new TreeMap<>();
    private final Map<String, Map<String, String>> arguments = new TreeMap<>();
    private final List<Binding> bindings = new ArrayList<>();

    private CapturedTopology() {}

    static CapturedTopology read(String name) {
        CapturedTopology topology = new CapturedTopology();
        JsonNode file = Golden.read("topology", name);
        file.get("exchanges")
                .forEach(each -> topology.exchanges.put(
                        each.get("name").stringValue(), each.get("type").stringValue()));
        for (JsonNode queue : file.get("queues")) {
            Map<String, String> given = new LinkedHashMap<>();
            queue.get("arguments")
                    .forEach(each ->
                            given.put(each.get(0).stringValue(), each.get(2).asString()));
            topology.arguments.put(queue.get("name").stringValue(), given);
        }
        file.get("bindings")
                .forEach(each -> topology.bind(
                        each.get("source_name").stringValue(),
                        each.get("routing_key").stringValue(),
                        each.get("destination_name").stringValue(),
                        each.get("destination_kind").stringValue().equals("queue")));
        return topology;
    }

    /** One binding more. */
    void bind(String source, String key, String destination, boolean queue) {
        bindings.add(new Binding(source, key, destination, queue));
    }

    /** Where a message ends, each queue with the milliseconds that it waited on its way there. */
    Map<String, Long> follow(String exchange, String key) {
        Map<String, Long> ends = new TreeMap<>();
        for (String queue : route(exchange, key)) {
            Map<String, String> given = arguments.getOrDefault(queue, Map.of());
            String next = given.get("x-dead-letter-exchange");
            if (next == null) {
                ends.put(queue, 0L);
            } else {
                long waits = Long.parseLong(Objects.requireNonNull(given.get("x-message-ttl")));
                follow(next, key).forEach((end, before) -> ends.put(end, before + waits));
            }
        }
        return ends;
    }

    /** The queues that get it, each once, as with RabbitMQ. */
    private List<String> route(String exchange, String key) {
        if (exchange.isEmpty()) {
            return List.of(key);
        }
        List<String> queues = new ArrayList<>();
        List<String> seen = new ArrayList<>(List.of(exchange));
        Deque<String> open = new ArrayDeque<>(seen);
        while (!open.isEmpty()) {
            String from = open.removeFirst();
            for (Binding binding : bindings) {
                List<String> known = binding.queue() ? queues : seen;
                if (binding.source().equals(from)
                        && fits(from, binding.key(), key)
                        && !known.contains(binding.destination())) {
                    known.add(binding.destination());
                    if (!binding.queue()) {
                        open.add(binding.destination());
                    }
                }
            }
        }
        return queues;
    }

    private boolean fits(String exchange, String bound, String key) {
        return switch (String.valueOf(exchanges.get(exchange))) {
            case "fanout" -> true;
            case "direct" -> bound.equals(key);
            case "topic" -> topic(bound).matcher("." + key).matches();
            default -> throw new IllegalStateException("no such exchange: " + exchange);
        };
    }

    private static Pattern topic(String bound) {
        StringBuilder pattern = new StringBuilder();
        for (String word : bound.split("\\.", -1)) {
            if (word.equals("#")) {
                pattern.append("(\\.[^.]*)*");
            } else {
                pattern.append(word.equals("*") ? "\\.[^.]*" : Pattern.quote("." + word));
            }
        }
        return Pattern.compile(pattern.toString());
    }
}
