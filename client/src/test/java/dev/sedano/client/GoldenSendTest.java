package dev.sedano.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import dev.sedano.worker.amqp.AmqpProperties;
import dev.sedano.worker.canvas.CallPlans;
import dev.sedano.worker.canvas.FollowUp;
import dev.sedano.worker.canvas.OutgoingMessage;
import dev.sedano.worker.protocol.CeleryJson;
import dev.sedano.worker.protocol.Encoder;
import dev.sedano.worker.protocol.PayloadForm;
import dev.sedano.worker.protocol.Serializer;
import dev.sedano.worker.protocol.compression.Compression;
import dev.sedano.worker.protocol.compression.SizeLimits;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a Java caller sends is what Celery 5.7 sends for the same call: route, properties, headers with their AMQP types, and
 * body, but for ids that both make up, times of the day, and who sent it.
 */
class GoldenSendTest {
    private static final CeleryJson JSON = new CeleryJson();
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final String REPLIES = "5ed0a2e4-0000-4000-8000-00000000cafe";
    /** Python shows tuples, and zones by name; the wire has neither. */
    private static final Set<String> SHOWN_OTHERWISE =
            Set.of("send_task_by_name", "tuple_in_args", "special_datetime_offset");

    /** Their values hang on the time of the day. */
    private static final Set<String> DUE_LATER = Set.of("countdown", "countdown_fraction", "expires_seconds");

    static Stream<String> names() {
        return GoldenCalls.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void messagesAreThoseOfCelery(String name) throws IOException {
        Map<?, ?> file = golden(name);
        GoldenCalls call = Objects.requireNonNull(GoldenCalls.all().get(name));
        CallPlans plans = new CallPlans(JSON, Clock.systemUTC(), "gen1@test", REPLIES, "celery", PayloadForm.DEFAULT);

        CallPlans.Plan plan = plans.of(call.canvas(), call.options().values());

        assertThat(sent(name, plan)).isEqualTo(expected(name, file));
        assertThat(sizes(plan)).isEqualTo(expectedSizes(file));
    }

    private static List<@Nullable Object> sent(String name, CallPlans.Plan plan) {
        Names names = new Names();
        List<@Nullable Object> all = new ArrayList<>();
        for (FollowUp each : plan.followUps()) {
            if (each instanceof FollowUp.Send send) {
                OutgoingMessage message = send.message();
                AMQP.BasicProperties amqp = AmqpProperties.of(message.properties());
                Map<String, @Nullable Object> properties = new LinkedHashMap<>();
                properties.put("content_type", amqp.getContentType());
                properties.put("content_encoding", amqp.getContentEncoding());
                properties.put("delivery_mode", (long) amqp.getDeliveryMode());
                properties.put("priority", (long) amqp.getPriority());
                properties.put("correlation_id", amqp.getCorrelationId());
                properties.put("reply_to", amqp.getReplyTo());
                properties.put("expiration", amqp.getExpiration());
                assertThat(amqp.getMessageId()).isNull();
                Map<String, @Nullable Object> headers = message.properties().headers();
                all.add(fields(
                        name,
                        names,
                        message.exchange(),
                        message.routingKey(),
                        properties,
                        headers,
                        types(headers),
                        message.body()));
            }
        }
        return all;
    }

    private static List<@Nullable Object> expected(String name, Map<?, ?> file) {
        Names names = new Names();
        List<@Nullable Object> all = new ArrayList<>();
        List<?> messages = file.get("messages") instanceof List<?> several ? several : List.of(file);
        for (Object each : messages) {
            Map<?, ?> message = (Map<?, ?>) each;
            all.add(fields(
                    name,
                    names,
                    message.get("exchange"),
                    message.get("routing_key"),
                    (Map<?, ?>) Objects.requireNonNull(message.get("properties")),
                    (Map<?, ?>) Objects.requireNonNull(message.get("headers")),
                    message.get("header_types"),
                    Base64.getDecoder().decode((String) message.get("body_b64"))));
        }
        return all;
    }

    private static Object fields(
            String name,
            Names names,
            @Nullable Object exchange,
            @Nullable Object routingKey,
            Map<?, ?> properties,
            Map<?, ?> headers,
            @Nullable Object types,
            byte[] body) {
        Map<String, @Nullable Object> plainHeaders = new TreeMap<>();
        headers.forEach((header, value) -> plainHeaders.put((String) header, wide(value)));
        plainHeaders.put("origin", String.valueOf(headers.get("origin")).replaceAll("gen\\d+@.*", "gen"));
        if (SHOWN_OTHERWISE.contains(name)) {
            plainHeaders.put("argsrepr", "shown");
        }
        // Python's apply_async knows the task and says false; its send_task says nothing, as ours.
        plainHeaders.computeIfPresent("ignore_result", (key, value) -> value.equals(false) ? null : value);
        plainHeaders.putIfAbsent("ignore_result", null);
        Map<String, @Nullable Object> plainProperties = new TreeMap<>();
        properties.forEach((property, value) -> plainProperties.put((String) property, value));
        plainProperties.computeIfPresent("expiration", (key, value) -> value.equals("0") ? value : "later");
        plainProperties.values().removeIf(Objects::isNull);
        if (DUE_LATER.contains(name)) {
            for (String time : List.of("eta", "expires")) {
                plainHeaders.computeIfPresent(
                        time, (key, value) -> String.valueOf(value).replaceAll("[0-9]+", "0")); // the form remains
            }
        }
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("exchange", exchange);
        all.put("routing_key", routingKey);
        all.put("properties", names.of(plainProperties));
        all.put("headers", names.of(plainHeaders));
        Map<String, @Nullable Object> plainTypes = new TreeMap<>();
        ((Map<?, ?>) Objects.requireNonNull(types))
                .forEach((header, letter) -> plainTypes.put((String) header, letter));
        if (plainHeaders.get("ignore_result") == null) {
            plainTypes.put("ignore_result", "V");
        }
        all.put("types", plainTypes);
        all.put("body", names.of(decoded(plainProperties, plainHeaders, body)));
        return all;
    }

    private static @Nullable Object decoded(Map<?, ?> properties, Map<?, ?> headers, byte[] body) {
        byte[] unpacked = body;
        if (headers.get("compression") instanceof String name) {
            try {
                unpacked = Objects.requireNonNull(Compression.of(name)).decompress(body, SizeLimits.DEFAULT);
            } catch (Exception e) {
                throw new AssertionError(name, e);
            }
        }
        Serializer serializer = Objects.requireNonNull(Serializer.of(String.valueOf(properties.get("content_type"))));
        return wide(new Encoder(JSON).plain(unpacked, serializer));
    }

    /** AMQP letters, as {@code header_types} of the golden files. */
    private static Object types(Map<?, ?> headers) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        headers.forEach((header, value) -> all.put((String) header, type(value)));
        return all;
    }

    private static Object type(@Nullable Object value) {
        if (value == null) {
            return "V";
        } else if (value instanceof String) {
            return "S";
        } else if (value instanceof Boolean) {
            return "t";
        } else if (value instanceof Integer) {
            return "I";
        } else if (value instanceof Double) {
            return "d";
        } else if (value instanceof List<?> list) {
            return List.of("A", list.stream().map(GoldenSendTest::type).toList());
        } else if (value instanceof Map<?, ?> map) {
            return List.of("F", types(map));
        }
        throw new AssertionError(value.getClass());
    }

    private static @Nullable Object wide(@Nullable Object value) {
        if (value instanceof Integer number) {
            return number.longValue();
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>();
            list.forEach(each -> copy.add(wide(each)));
            return copy;
        } else if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> copy = new TreeMap<>();
            map.forEach((key, each) -> copy.put(String.valueOf(key), wide(each)));
            return copy;
        }
        return value;
    }

    private static List<String> sizes(CallPlans.Plan plan) {
        return plan.followUps().stream()
                .filter(FollowUp.ChordSize.class::isInstance)
                .map(each -> Integer.toString(((FollowUp.ChordSize) each).size()))
                .toList();
    }

    private static List<String> expectedSizes(Map<?, ?> file) {
        List<String> all = new ArrayList<>();
        if (file.get("redis_written_by_producer") instanceof Map<?, ?> written) {
            written.forEach((key, value) -> {
                if (((String) key).endsWith(".s")) {
                    all.add(String.valueOf(((Map<?, ?>) value).get("value")));
                }
            });
        }
        return all;
    }

    private static Map<?, ?> golden(String name) throws IOException {
        try (InputStream file = GoldenSendTest.class.getResourceAsStream("/golden/task/" + name + ".json")) {
            return (Map<?, ?>) Objects.requireNonNull(
                    JSON.decode(Objects.requireNonNull(file, name).readAllBytes()));
        }
    }

    /** Ids are told apart by the order in which they appear; those that the caller gave are themselves. */
    private static final class Names {
        private final Map<String, String> numbers = new LinkedHashMap<>();

        @Nullable
        Object of(@Nullable Object value) {
            if (value instanceof String text && ID.matcher(text).matches() && !text.startsWith("00000000-")) {
                return numbers.computeIfAbsent(text, id -> "<" + numbers.size() + ">");
            } else if (value instanceof List<?> list) {
                List<@Nullable Object> all = new ArrayList<>();
                list.forEach(each -> all.add(of(each)));
                return all;
            } else if (value instanceof Map<?, ?> map) {
                Map<String, @Nullable Object> all = new TreeMap<>();
                new TreeMap<>(map).forEach((key, each) -> all.put(String.valueOf(key), of(each)));
                return all;
            }
            return value;
        }
    }
}
