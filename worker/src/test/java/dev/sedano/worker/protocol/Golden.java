package dev.sedano.worker.protocol;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Messages and results captured from Celery 5.7.0, under {@code src/test/resources/golden}. */
public final class Golden {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(tools.jackson.databind.DeserializationFeature.USE_LONG_FOR_INTS)
            .build();
    private static final Path ROOT = Path.of("src/test/resources/golden");

    private Golden() {}

    /** The names of the cases of a folder, sorted. */
    public static List<String> names(String folder) {
        try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
            return files.map(file -> file.getFileName().toString().replace(".json", ""))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One case. */
    public static JsonNode read(String folder, String name) {
        return MAPPER.readTree(ROOT.resolve(folder).resolve(name + ".json").toFile());
    }

    /** What is decided about each case of {@code outcomes}: the reason of its dead letter, or the state of its result. */
    static Map<String, String> outcomeDecisions() {
        Properties decisions = new Properties();
        try (Reader file = Files.newBufferedReader(ROOT.resolve("outcomes.properties"))) {
            decisions.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return decisions.stringPropertyNames().stream().collect(Collectors.toMap(name -> name, decisions::getProperty));
    }

    /** The properties of a published message, with its headers as they were. */
    public static MessageProperties properties(JsonNode published) {
        JsonNode properties = published.get("properties");
        Map<String, @Nullable Object> headers = new LinkedHashMap<>();
        published
                .get("headers")
                .properties()
                .forEach(header -> headers.put(header.getKey(), MAPPER.treeToValue(header.getValue(), Object.class)));
        return new MessageProperties(
                text(properties, "content_type"),
                text(properties, "content_encoding"),
                text(properties, "correlation_id"),
                text(properties, "reply_to"),
                text(properties, "expiration"),
                properties.has("priority")
                        ? (Integer) properties.get("priority").intValue()
                        : null,
                headers);
    }

    /** Its body, byte by byte. */
    public static byte[] body(JsonNode published) {
        return Base64.getDecoder().decode(published.get("body_b64").stringValue());
    }

    static @Nullable String text(JsonNode node, String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value.stringValue();
    }

    /** A plain value in the notation of {@code decoded_expectation}. */
    static @Nullable Object expected(JsonNode node) {
        if (node.isArray()) {
            List<@Nullable Object> list = new ArrayList<>();
            node.forEach(element -> list.add(expected(element)));
            return list;
        }
        if (node.isObject()) {
            if (node.size() == 1 && node.propertyNames().iterator().next().startsWith("$")) {
                return tagged(
                        node.propertyNames().iterator().next(),
                        node.iterator().next().stringValue());
            }
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            node.properties().forEach(entry -> map.put(entry.getKey(), expected(entry.getValue())));
            return map;
        }
        if (node.isFloatingPointNumber()) {
            return node.doubleValue();
        }
        return MAPPER.treeToValue(node, Object.class);
    }

    private static Object tagged(String tag, String text) {
        return switch (tag) {
            case "$datetime" -> IsoTimes.dateTime(text);
            case "$date" -> java.time.LocalDate.parse(text);
            case "$time" -> IsoTimes.time(text);
            case "$decimal" -> PythonDecimal.parse(text);
            case "$uuid" -> java.util.UUID.fromString(text);
            case "$int" -> new java.math.BigInteger(text);
            case "$float" ->
                switch (text) {
                    case "nan" -> Double.NaN;
                    case "inf" -> Double.POSITIVE_INFINITY;
                    case "-inf" -> Double.NEGATIVE_INFINITY;
                    default -> Double.parseDouble(text);
                };
            default -> throw new IllegalArgumentException("unknown tag " + tag);
        };
    }
}
