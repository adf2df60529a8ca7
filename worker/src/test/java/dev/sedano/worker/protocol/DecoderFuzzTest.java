package dev.sedano.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Any bytes are a task or poison, and a task means the same when it is written again. Without {@code JAZZER_FUZZ=1} only
 * the seeds run, which are the captured messages.
 */
class DecoderFuzzTest {
    private static final List<@Nullable String> TYPES = Arrays.asList(
            "application/json", "application/x-msgpack", "application/x-yaml", "application/x-python-serialize", null);
    private static final List<@Nullable String> COMPRESSIONS = Arrays.asList(
            null,
            "application/x-gzip",
            "application/x-bz2",
            "application/x-lzma",
            "application/x-brotli",
            "application/zstd");
    private static final CeleryJson JSON = new CeleryJson();

    private final MessageDecoder decoder = new MessageDecoder(JSON);
    private final Encoder encoder = new Encoder(JSON);

    static Stream<Arguments> captured() {
        Stream<JsonNode> sent = Golden.names("task").stream()
                .map(name -> Golden.read("task", name))
                .filter(golden -> !golden.has("producer_error"));
        Stream<JsonNode> odd = Golden.names("outcomes").stream()
                .map(name -> Golden.read("outcomes", name).get("published").get(0));
        return Stream.concat(sent, odd).map(message -> Arguments.of(seed(message)));
    }

    /** Content type, compression, length of the headers in msgpack, headers, body. */
    private static byte[] seed(JsonNode message) {
        MessageProperties properties = Golden.properties(message);
        Map<String, @Nullable Object> headers = new LinkedHashMap<>(properties.headers());
        Object compression = headers.remove("compression");
        byte[] packed = new Encoder(JSON).bytes(headers, Serializer.MSGPACK, 1 << 20);
        ByteArrayOutputStream seed = new ByteArrayOutputStream();
        seed.write(Math.max(0, TYPES.indexOf(properties.contentType())));
        seed.write(Math.max(0, COMPRESSIONS.indexOf(compression)));
        seed.write(packed.length >> 8);
        seed.write(packed.length);
        seed.writeBytes(packed);
        seed.writeBytes(Golden.body(message));
        return seed.toByteArray();
    }

    @MethodSource("captured")
    @FuzzTest(maxDuration = "30s")
    void anyBytes_areATaskOrPoison(byte[] input) {
        if (input.length < 4) {
            return;
        }
        int end = Math.min(input.length, 4 + ((input[2] & 0xff) << 8 | (input[3] & 0xff)));
        MessageProperties properties = new MessageProperties(
                TYPES.get((input[0] & 0xff) % TYPES.size()),
                "utf-8",
                null,
                null,
                null,
                null,
                headers(Arrays.copyOfRange(input, 4, end), COMPRESSIONS.get((input[1] & 0xff) % COMPRESSIONS.size())));

        Decoded decoded = decoder.decode(properties, Arrays.copyOfRange(input, end, input.length));

        if (decoded instanceof Decoded.Undecodable poison) {
            assertThat(poison.detail()).doesNotContain("defect").hasSizeLessThan(1000);
        } else {
            check(((Decoded.Task) decoded).message());
        }
    }

    private static Map<String, @Nullable Object> headers(byte[] packed, @Nullable String compression) {
        Map<String, @Nullable Object> headers = new LinkedHashMap<>();
        try {
            if (MsgpackReader.read(packed, 50) instanceof Map<?, ?> map) {
                map.forEach((name, value) -> headers.put(String.valueOf(name), value));
            }
        } catch (ProtocolException e) {
            headers.put("task", "t");
            headers.put("id", "i");
        }
        headers.put("compression", compression);
        return headers;
    }

    /** Each serializer either has no form for the arguments, or one that says the same. */
    private void check(TaskMessage task) {
        String fingerprint = Fingerprint.of(task);
        List<Object> body = List.of(task.args(), task.kwargs(), Map.of());
        for (Serializer serializer : Serializer.values()) {
            Encoder.Payload payload;
            try {
                payload = encoder.encode(body, new PayloadForm(serializer, null));
            } catch (EncodingException e) {
                continue;
            }
            Map<String, @Nullable Object> headers = new LinkedHashMap<>();
            headers.put("task", task.task());
            headers.put("id", task.id());
            Decoded again = decoder.decode(
                    new MessageProperties(
                            payload.contentType(), payload.contentEncoding(), null, null, null, null, headers),
                    payload.body());
            if (again instanceof Decoded.Undecodable poison) {
                assertThat(poison.detail()).doesNotContain("defect");
                assertThat(isPlain(body)).as("%s: %s", serializer, poison).isFalse();
            } else if (isPlain(body)) {
                assertThat(Fingerprint.of(((Decoded.Task) again).message()))
                        .as("%s", serializer)
                        .isEqualTo(fingerprint);
            }
        }
    }

    /** Without what not every serializer can say: sets, keys that are no Unicode text, offsets, maps that look tagged. */
    private static boolean isPlain(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return !map.containsKey(CeleryTags.TYPE)
                    && map.keySet().stream().allMatch(key -> key instanceof String text && isUnicode(text))
                    && map.values().stream().allMatch(DecoderFuzzTest::isPlain);
        } else if (value instanceof List<?> list) {
            return list.stream().allMatch(DecoderFuzzTest::isPlain);
        }
        return !(value instanceof Set)
                && !(value instanceof OffsetDateTime time && !time.getOffset().equals(ZoneOffset.UTC));
    }

    /** Whether all surrogates are paired; {@link CeleryJson} reads others in values only. */
    private static boolean isUnicode(String text) {
        return text.codePoints().noneMatch(point -> Character.getType(point) == Character.SURROGATE);
    }
}
