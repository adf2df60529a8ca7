package dev.sedano.conformance.golden;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What became of a call, one line each for what was published, announced, stored and dead-lettered, so that two of them
 * compare as text. Times, tracebacks, process ids, durations and names of nodes are left out or stand for themselves, ids
 * that the call did not bring along are numbered. Immutable.
 */
record Outcome(List<String> lines) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .build();
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    private static final Pattern TIME =
            Pattern.compile("2\\d{3}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)");
    /** Of a chord's body and what follows it: those of the part that ended last, which is not the same each time. */
    private static final Pattern PARENT = Pattern.compile("\"(parent_id|root_id)\":\"[^\"]+\"");

    private static final String RESULT = "celery-task-meta-";

    /** In every event, of its sender and moment. */
    private static final Set<String> VOLATILE = Set.of(
            "hostname", "utcoffset", "pid", "clock", "timestamp", "runtime", "amqp_routing_key", "local_received");

    /** The lines without those of a kind: {@code published}, {@code event}, {@code result}, {@code key} or {@code dead}. */
    Outcome without(Set<String> kinds) {
        return new Outcome(lines.stream()
                .filter(line -> !kinds.contains(line.substring(0, line.indexOf(' '))))
                .toList());
    }

    /** Collects; not thread-safe. */
    static final class Builder {
        private final List<String> lines = new ArrayList<>();

        void published(String exchange, String routingKey, JsonNode properties, JsonNode headers, byte[] body) {
            ObjectNode props = properties.deepCopy().asObject();
            props.remove(List.of("headers", "message_id", "app_id", "timestamp"));
            ObjectNode heads = headers.deepCopy().asObject();
            heads.remove(List.of("lang", "origin"));
            lines.add("published to '" + exchange + "' " + routingKey + " " + sorted(props) + " " + sorted(heads) + " "
                    + text(body));
        }

        void event(JsonNode event) {
            ObjectNode rest = event.deepCopy().asObject();
            String type = rest.remove("type").stringValue();
            if (type.startsWith("task-")) {
                rest.remove(VOLATILE);
                if (rest.path("traceback").isString()) {
                    rest.put("traceback", "...");
                }
                lines.add("event " + type + " " + sorted(rest));
            }
        }

        /** Keys that only Sedano has are its own. */
        void stored(String key, JsonNode value) {
            if (key.endsWith(".sedano")) {
                return;
            }
            JsonNode record = value;
            if (value.isString()) {
                try {
                    record = JSON.readTree(value.stringValue());
                } catch (JacksonException noJson) {
                    record = value;
                }
            }
            if (record instanceof ObjectNode object && object.path("traceback").isString()) {
                object.put("traceback", "...");
            }
            lines.add(key.startsWith(RESULT) ? "result " + sorted(record) : "key " + key + " " + sorted(record));
        }

        void dead(String id) {
            lines.add("dead " + id);
        }

        private static String text(byte[] body) {
            try {
                return sorted(JSON.readTree(body));
            } catch (JacksonException noJson) {
                return new String(body, StandardCharsets.ISO_8859_1);
            }
        }

        /** Maps become sorted maps: key order is no part of a shape. */
        private static String sorted(JsonNode node) {
            return JSON.writeValueAsString(JSON.treeToValue(node, Object.class));
        }

        /**
         * The outcome so far.
         *
         * @param known text with the ids and times that stay as they are
         */
        Outcome build(String known) {
            boolean chord = known.contains("\"chord\": {")
                    || known.contains("celery.chord")
                    || lines.stream().anyMatch(line -> line.contains("\"chord\":{"));
            List<String> timeless = new ArrayList<>();
            lines.forEach(line -> {
                String always = replace(line, TIME, time -> known.contains(time) ? time : "(time)");
                timeless.add(chord ? PARENT.matcher(always).replaceAll("\"$1\":\"(a part)\"") : always);
            });
            timeless.sort(Comparator.comparing(line -> replace(line, ID, id -> known.contains(id) ? id : "(id)")));
            Map<String, String> numbers = new HashMap<>();
            return new Outcome(timeless.stream()
                    .map(line -> replace(
                            line,
                            ID,
                            id -> known.contains(id)
                                    ? id
                                    : numbers.computeIfAbsent(id, fresh -> "(id " + (numbers.size() + 1) + ")")))
                    .toList());
        }

        private static String replace(String text, Pattern pattern, UnaryOperator<String> by) {
            return pattern.matcher(text).replaceAll(match -> Matcher.quoteReplacement(by.apply(match.group())));
        }
    }

    /** The lines of this that {@code other} has not, each as often as it is missing. */
    List<String> notIn(Outcome other) {
        Map<String, Integer> counts = new TreeMap<>();
        other.lines.forEach(line -> counts.merge(line, 1, Integer::sum));
        List<String> missing = new ArrayList<>();
        for (String line : lines) {
            if (counts.merge(line, -1, Integer::sum) < 0) {
                missing.add(line);
            }
        }
        return missing;
    }
}
