package dev.sedano.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sedano.worker.protocol.compression.Compression;
import dev.sedano.worker.protocol.compression.SizeLimits;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Bodies of all content types and compressions, good and bad ones. */
class ContentsTest {
    private static final CeleryJson JSON = new CeleryJson();

    private final MessageDecoder decoder = new MessageDecoder(JSON);
    private final Encoder encoder = new Encoder(JSON);

    static Stream<PayloadForm> forms() {
        List<@Nullable Compression> compressions = new ArrayList<>();
        compressions.add(null);
        Stream.of(Compression.values()).filter(Compression::writes).forEach(compressions::add);
        return compressions.stream()
                .flatMap(compression ->
                        Stream.of(Serializer.values()).map(serializer -> new PayloadForm(serializer, compression)));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void whatIsEncoded_decodes_withTheSameFingerprint(PayloadForm form) {
        List<@Nullable Object> args =
                Arrays.asList(1L, -2.5, "ünï😀", null, true, List.of(), Double.NaN, new byte[] {-1});
        Map<String, @Nullable Object> kwargs = new HashMap<>(Map.of("b", Map.of("😀", 1L, "ﬀ", List.of(2L))));
        Encoder.Payload payload = encoder.encode(List.of(args, kwargs, Map.of()), form);
        Map<String, @Nullable Object> headers = headers("x", null);
        headers.put("compression", payload.compression());

        TaskMessage message = ((Decoded.Task) decoder.decode(
                        properties(payload.contentType(), payload.contentEncoding(), headers), payload.body()))
                .message();

        assertThat(JSON.encode(message.args())).isEqualTo(JSON.encode(args));
        assertThat(message.kwargs()).isEqualTo(kwargs);
        byte[] json = JSON.encode(List.of(args, kwargs, Map.of()));
        assertThat(Fingerprint.of(message))
                .isEqualTo(Fingerprint.of(task("application/json", new String(json, StandardCharsets.US_ASCII))));
    }

    /** A time is a tag in JSON and a type in YAML; text is text in both. */
    @Test
    void timesHaveOneFingerprint_inJsonAndYaml() {
        String json = "[[{\"__type__\": \"datetime\", \"__value__\": \"2024-01-02T03:04:05.000678+00:00\"},"
                + " {\"__type__\": \"date\", \"__value__\": \"2024-02-29\"}], {}, {}]";
        String yaml = "[[2024-01-02 03:04:05.000678Z, 2024-02-29], {}, {}]";
        String text = "[['2024-01-02T03:04:05.000678+00:00', '2024-02-29'], {}, {}]";

        String fingerprint = Fingerprint.of(task("application/json", json));

        assertThat(Fingerprint.of(task("application/x-yaml", yaml))).isEqualTo(fingerprint);
        assertThat(Fingerprint.of(task("application/x-yaml", text))).isNotEqualTo(fingerprint);
    }

    @Test
    void keysOfYamlMaps_countAsTheTextThatJsonMakesOfThem_setsAreNoLists() {
        assertThat(Fingerprint.of(task("application/x-yaml", "[[{1: a, 1.5: b, null: c, true: d}], {}, {}]")))
                .isEqualTo(Fingerprint.of(task(
                        "application/json",
                        "[[{\"1\": \"a\", \"1.5\": \"b\", \"null\": \"c\", \"true\": \"d\"}], {}, {}]")));
        String set = Fingerprint.of(task("application/x-yaml", "[[!!set {a, b}], {}, {}]"));
        assertThat(Fingerprint.of(task("application/x-yaml", "[[!!set {b, a}], {}, {}]")))
                .isEqualTo(set);
        assertThat(Fingerprint.of(task("application/x-yaml", "[[[a, b]], {}, {}]")))
                .isNotEqualTo(set);
        assertThat(Fingerprint.of(task("application/x-yaml", "[[{1: a, '1': b}], {}, {}]")))
                .isNotEqualTo(Fingerprint.of(task("application/x-yaml", "[[{1: a}], {}, {}]")));
    }

    static Stream<Arguments> refused() {
        byte[] json = bytes("[[], {}, {}]");
        byte[] zeros = Compression.ZSTD.compress(new byte[80 << 20]);
        byte[] gzipBomb = Compression.ZLIB.compress(new byte[16 << 20]);
        return Stream.of(
                poison("application/x-python-serialize", null, json, PoisonReason.PICKLE, "json"),
                poison("application/data", null, json, PoisonReason.SIGNED, "json"),
                poison("text/plain", null, json, PoisonReason.CONTENT_TYPE, "application/json"),
                poison(null, null, json, PoisonReason.CONTENT_TYPE, "missing"),
                poison("application/X-YAML", null, json, PoisonReason.CONTENT_TYPE, "unknown"),
                poison("x".repeat(1000), null, json, PoisonReason.CONTENT_TYPE, "xxx..."),
                poison("application/json", "klingon", json, PoisonReason.COMPRESSION, "'klingon'"),
                poison("application/json", "GZIP", json, PoisonReason.COMPRESSION, "use gzip"),
                poison("application/json", 5, json, PoisonReason.COMPRESSION, "int"),
                poison("application/json", "gzip", json, PoisonReason.COMPRESSION, "'compression'"),
                poison("application/json", "zstd", new byte[0], PoisonReason.COMPRESSION, "'compression'"),
                poison("application/json", "zstd", zeros, PoisonReason.LIMIT, "body"),
                poison("application/json", "gzip", gzipBomb, PoisonReason.LIMIT, "250 times"),
                // what is packed twice is unpacked once
                poison(
                        "application/json",
                        "gzip",
                        Compression.ZLIB.compress(Compression.ZLIB.compress(json)),
                        PoisonReason.MALFORMED_BODY,
                        "UTF-8"),
                poison("application/json", null, bytes("[".repeat(10_000)), PoisonReason.LIMIT, "500 levels"),
                poison(
                        "application/json",
                        null,
                        bytes("[" + "9".repeat(20_000) + "]"),
                        PoisonReason.LIMIT,
                        "10000 digits"),
                poison(
                        "application/json",
                        null,
                        "[[], {}, {}]".getBytes(StandardCharsets.UTF_16),
                        PoisonReason.MALFORMED_BODY,
                        ""),
                poison("application/json", null, new byte[0], PoisonReason.MALFORMED_BODY, ""),
                poison("application/x-msgpack", null, json, PoisonReason.MALFORMED_BODY, "after the end"),
                poison("application/x-msgpack", null, new byte[0], PoisonReason.MALFORMED_BODY, "too early"),
                poison("application/x-msgpack", null, bytes("\u0000"), PoisonReason.MALFORMED_BODY, "int"),
                poison("application/x-yaml", null, new byte[0], PoisonReason.MALFORMED_BODY, "None"),
                poison("application/x-yaml", null, bytes("[[], {1: 2}, {}]"), PoisonReason.MALFORMED_BODY, "text keys"),
                poison("application/x-yaml", null, bytes("{args: [], 1: 2}"), PoisonReason.MALFORMED_BODY, "text keys"),
                poison("application/x-yaml", null, bytes("[!!set {a}, {}, {}]"), PoisonReason.MALFORMED_BODY, "set"),
                poison("application/x-yaml", null, bytes("- ".repeat(10_000)), PoisonReason.LIMIT, "500 levels"),
                poison("application/x-yaml", null, new byte[] {(byte) 0xff}, PoisonReason.MALFORMED_BODY, "UTF-8"));
    }

    private static Arguments poison(
            @Nullable String type, @Nullable Object compression, byte[] body, PoisonReason reason, String told) {
        return Arguments.of(type, compression, body, reason, told);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void badContents_arePoisonOfTheirOwnKind(
            @Nullable String type, @Nullable Object compression, byte[] body, PoisonReason reason, String told) {
        Decoded decoded = decoder.decode(properties(type, null, headers("compression", compression)), body);

        Decoded.Undecodable poison = (Decoded.Undecodable) decoded;
        assertThat(poison.reason()).isEqualTo(reason);
        assertThat(poison.detail()).contains(told).hasSizeLessThan(400);
        assertThat(poison.id()).isEqualTo("t-1");
    }

    @Test
    void emptyCompression_isNone() {
        assertThat(decoder.decode(
                        properties("application/json", null, headers("compression", "")), bytes("[[], {}, {}]")))
                .isInstanceOf(Decoded.Task.class);
    }

    @ParameterizedTest
    @EnumSource(Serializer.class)
    void acceptContent_limitsWhatIsRead(Serializer accepted) {
        MessageDecoder strict = new MessageDecoder(JSON, EnumSet.of(accepted), DecodeLimits.DEFAULT);

        for (Serializer sent : Serializer.values()) {
            Encoder.Payload payload =
                    encoder.encode(List.of(List.of(), Map.of(), Map.of()), new PayloadForm(sent, null));
            Decoded decoded = strict.decode(properties(payload.contentType(), null, headers("x", 1)), payload.body());
            if (sent == accepted) {
                assertThat(decoded).isInstanceOf(Decoded.Task.class);
            } else {
                assertThat(((Decoded.Undecodable) decoded).reason()).isEqualTo(PoisonReason.CONTENT_TYPE);
                assertThat(((Decoded.Undecodable) decoded).detail()).contains("accept_content", accepted.contentType());
            }
        }
    }

    @Test
    void headers_areLimitedInNumberAndDepth() {
        Map<String, @Nullable Object> many = headers("x", 1);
        for (int i = 0; i < 1_000; i++) {
            many.put("h" + i, i);
        }
        Object deep = "end";
        for (int i = 0; i < 101; i++) {
            deep = i % 2 == 0 ? Collections.singletonList(deep) : Collections.singletonMap("k", deep);
        }

        for (Map<String, @Nullable Object> headers : List.of(many, headers("deep", deep))) {
            Decoded decoded = decoder.decode(properties("application/json", null, headers), bytes("[[], {}, {}]"));
            assertThat(((Decoded.Undecodable) decoded).reason()).isEqualTo(PoisonReason.LIMIT);
            assertThat(((Decoded.Undecodable) decoded).detail())
                    .startsWith("header")
                    .contains("body");
        }
        many.keySet().removeAll(List.of("h0", "h1"));
        assertThat(decoder.decode(properties("application/json", null, many), bytes("[[], {}, {}]")))
                .isInstanceOf(Decoded.Task.class);
    }

    @Test
    void limits_canBeSet() {
        MessageDecoder strict = new MessageDecoder(
                JSON, EnumSet.allOf(Serializer.class), new DecodeLimits(new SizeLimits(10, 250, 10), 3, 2, 1));

        for (Decoded decoded : List.of(
                strict.decode(
                        properties("application/json", null, headers("compression", "gzip")),
                        Compression.ZLIB.compress(bytes("[[], {}, {}]"))),
                strict.decode(properties("application/x-yaml", null, headers("x", 1)), bytes("[[[[1]]], {}, {}]")),
                strict.decode(properties("application/json", null, headers("a", List.of(List.of()))), bytes("[]")))) {
            assertThat(((Decoded.Undecodable) decoded).reason()).isEqualTo(PoisonReason.LIMIT);
        }
    }

    @Test
    void encoder_saysWhatItWrote() {
        assertThat(encoder.encode(1L, new PayloadForm(Serializer.MSGPACK, Compression.XZ)))
                .extracting(
                        Encoder.Payload::contentType, Encoder.Payload::contentEncoding, Encoder.Payload::compression)
                .containsExactly("application/x-msgpack", "binary", "application/x-lzma");
        assertThat(encoder.encode(
                                new Point(1, OffsetDateTime.parse("2024-01-02T03:04:05Z")),
                                new PayloadForm(Serializer.YAML, null))
                        .body())
                .asString(StandardCharsets.US_ASCII)
                .isEqualTo("{\"x\": 1, \"at\": 2024-01-02T03:04:05+00:00}");
    }

    private record Point(int x, OffsetDateTime at) {}

    private TaskMessage task(String type, String body) {
        Decoded decoded = decoder.decode(properties(type, null, headers("x", 1)), bytes(body));
        assertThat(decoded).isInstanceOf(Decoded.Task.class);
        return ((Decoded.Task) decoded).message();
    }

    private static Map<String, @Nullable Object> headers(String name, @Nullable Object value) {
        Map<String, @Nullable Object> headers = new HashMap<>();
        headers.put("task", "t");
        headers.put("id", "t-1");
        if (!name.equals("x")) {
            headers.put(name, value);
        }
        return headers;
    }

    private static MessageProperties properties(
            @Nullable String type, @Nullable String encoding, Map<String, @Nullable Object> headers) {
        return new MessageProperties(type, encoding, null, null, null, null, headers);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
