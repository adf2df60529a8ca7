package dev.sedano.conformance.golden;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An event and the routing key of its message. Immutable. */
record CapturedEvent(String routingKey, JsonNode fields) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();
    /** Of a producer, and of elections between Celery's workers. */
    private static final Set<String> OTHERS = Set.of("task-sent", "worker-elect", "worker-elect-ack");

    /** The events of workers that a file holds, in each of the forms of captures. */
    static List<CapturedEvent> ofWorker(String name) {
        JsonNode file = JSON.readTree(GoldenFile.ROOT.resolve(name + ".json").toFile());
        List<CapturedEvent> events = new ArrayList<>();
        if (file.has("event")) {
            add(events, file.at("/message/routing_keys/0").stringValue(), file.get("event"));
        }
        for (JsonNode each : file.path("events")) {
            if (each.has("amqp_routing_key")) {
                ObjectNode fields = each.deepCopy().asObject();
                add(events, fields.remove("amqp_routing_key").stringValue(), fields);
            } else {
                add(events, each.get("routing_keys").get(0).stringValue(), each.get("body"));
            }
        }
        return events;
    }

    /** Adds the events of a message, which holds one or an array of them. */
    static void add(List<CapturedEvent> events, String routingKey, JsonNode body) {
        for (JsonNode event : body.isArray() ? body : JSON.createArrayNode().add(body)) {
            if (!OTHERS.contains(event.get("type").stringValue())) {
                events.add(new CapturedEvent(routingKey, event));
            }
        }
    }

    String type() {
        return fields.get("type").stringValue();
    }

    String uuid() {
        return fields.path("uuid").asString("");
    }

    /** Whether the other says the same things in the same order and form. */
    boolean isLike(CapturedEvent other) {
        return routingKey.equals(other.routingKey)
                && List.copyOf(fields.propertyNames()).equals(List.copyOf(other.fields.propertyNames()))
                && Shape.differences(fields, other.fields).isEmpty();
    }
}
