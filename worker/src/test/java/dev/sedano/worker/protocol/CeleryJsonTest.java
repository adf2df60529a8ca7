package dev.sedano.worker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class CeleryJsonTest {
    private final CeleryJson json = new CeleryJson();

    record Line(
            String sku,
            int count,
            @Nullable BigDecimal price,
            @Nullable Instant at) {}

    static class Secret {
        public final Secret self = this;

        @Override
        public String toString() {
            return "hunter2";
        }
    }

    enum Colour {
        RED
    }

    /** Text that Python wrote comes back byte for byte, tagged types and all. */
    @Test
    void goldenResults_roundTripByteForByte() {
        int checked = 0;
        for (String folder : List.of("results", "rpc")) {
            for (String name : Golden.names(folder)) {
                for (JsonNode entry : Golden.read(folder, name).path("redis")) {
                    if (entry.path("value").isString()
                            && entry.path("value").stringValue().startsWith("{\"status\"")) {
                        String value = entry.get("value").stringValue();
                        assertThat(text(json.decode(bytes(value)))).isEqualTo(value);
                        checked++;
                    }
                }
            }
        }
        assertThat(checked).isGreaterThan(80);
    }

    @Test
    void goldenBodies_roundTripByteForByte() {
        int checked = 0;
        for (String name : Golden.names("task")) {
            JsonNode golden = Golden.read("task", name);
            if (golden.has("body_b64")
                    && golden.path("properties").path("content_type").asString().equals("application/json")
                    && !golden.path("headers").has("compression")
                    && !golden.path("decoded_expectation").has("decode_error")) {
                byte[] body = Golden.body(golden);
                assertThat(text(json.decode(body))).as(name).isEqualTo(new String(body, StandardCharsets.UTF_8));
                checked++;
            }
        }
        assertThat(checked).isGreaterThan(60);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{not json",
                "[1,]",
                "[1] 2",
                "nul",
                "INF",
                "-INF",
                "+1",
                "01",
                "1.",
                ".5",
                "'a'",
                "\"\t\"",
                "[",
                "{\"a\"}",
                "{\"a\":1,}",
                "\uFEFF1",
                "[1\u0000]",
                "\"\\x41\"",
                "// x\n1"
            })
    void textThatPythonRefuses_isRefused(String text) {
        assertThatThrownBy(() -> json.decode(bytes(text))).isInstanceOf(ProtocolException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"__type__\": \"nope\", \"__value__\": 1}",
                "{\"__type__\": 1, \"__value__\": 1}",
                "{\"__type__\": \"datetime\", \"__value__\": \"yesterday\"}",
                "{\"__type__\": \"datetime\", \"__value__\": 5}",
                "{\"__type__\": \"datetime\", \"__value__\": \"0000-01-02T03:04:05+00:00\"}",
                "{\"__type__\": \"date\", \"__value__\": \"0000-01-02\"}",
                "{\"__type__\": \"decimal\", \"__value__\": \"1,5\"}",
                "{\"__type__\": \"uuid\", \"__value__\": \"x\"}",
                "{\"__type__\": \"uuid\", \"__value__\": {\"hex\": \"0g\"}}",
                "{\"__type__\": \"base64\", \"__value__\": \"*\"}",
                "{\"__type__\": \"time\", \"__value__\": \"25:00\"}",
                "{\"__type__\": \"date\", \"__value__\": \"2023-02-29\"}"
            })
    void brokenTags_areRefused(String text) {
        assertThatThrownBy(() -> json.decode(bytes(text))).isInstanceOf(ProtocolException.class);
    }

    @Test
    void errors_tellNoPayload() {
        assertThatThrownBy(() -> json.decode(bytes("[\"hunter2\", hunter2]")))
                .isInstanceOf(ProtocolException.class)
                .hasMessageNotContaining("hunter2")
                .hasMessageContaining("column");
    }

    @Test
    void invalidUtf8_isRefused() {
        assertThatThrownBy(() -> json.decode(new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0xbd, '"'}))
                .isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> json.decode(new byte[] {'"', (byte) 0xff, '"'}))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void numbers_keepTheirKind() {
        String digits = "9".repeat(10_000);
        assertThat(json.decode(bytes("[1, -0, 1.0, -0.0, 1e22, 1e400, NaN, -Infinity, 12345678901234567890]")))
                .isEqualTo(List.of(
                        1L,
                        0L,
                        1.0,
                        -0.0,
                        1e22,
                        Double.POSITIVE_INFINITY,
                        Double.NaN,
                        Double.NEGATIVE_INFINITY,
                        new BigInteger("12345678901234567890")));
        assertThat(json.decode(bytes(digits))).isEqualTo(new BigInteger(digits));
        assertThatThrownBy(() -> json.decode(bytes(digits + "9"))).isInstanceOf(ProtocolException.class);
        assertThat(text(Arrays.asList(1.0, 1e22, 1e16, 1e15, 0.0001, 1.5e-5, 0.1f, -0.0, 123456789.25)))
                .isEqualTo("[1.0, 1e+22, 1e+16, 1000000000000000.0, 0.0001, 1.5e-05, 0.1, -0.0, 123456789.25]");
    }

    @Test
    void depth_isLimitedBothWays() {
        String deep = "[".repeat(500) + "]".repeat(500);
        assertThat(text(json.decode(bytes(deep)))).isEqualTo(deep);
        assertThatThrownBy(() -> json.decode(bytes("[" + deep + "]"))).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> json.decode(bytes("[".repeat(100_000)))).isInstanceOf(ProtocolException.class);
        List<Object> cycle = new ArrayList<>();
        cycle.add(cycle);
        assertThatThrownBy(() -> json.encode(cycle)).isInstanceOf(EncodingException.class);
    }

    @Test
    void duplicateKeys_lastWins_andAThirdKeyUntags() {
        assertThat(json.decode(bytes("{\"a\": 1, \"b\": 2, \"a\": 3}"))).hasToString("{a=3, b=2}");
        assertThat(json.decode(bytes("{\"__type__\": \"nope\", \"__value__\": 1, \"x\": 2}")))
                .isInstanceOf(Map.class);
    }

    @Test
    void decimals_thatBigDecimalCannotHold() {
        for (String text : List.of("NaN", "-Infinity", "-0", "1E+99999999", "sNaN12")) {
            String tagged = "{\"__type__\": \"decimal\", \"__value__\": \"" + text + "\"}";
            assertThat(json.decode(bytes(tagged))).isEqualTo(new PythonDecimal(text));
            assertThat(text(json.decode(bytes(tagged)))).isEqualTo(tagged);
        }
        assertThat(json.decode(bytes("{\"__type__\": \"decimal\", \"__value__\": \"1E+30\"}")))
                .isEqualTo(new BigDecimal("1E+30"));
    }

    @Test
    void javaValues_becomeTaggedTypes() {
        assertThat(text(Instant.parse("2024-01-02T03:04:05.000678999Z")))
                .isEqualTo("{\"__type__\": \"datetime\", \"__value__\": \"2024-01-02T03:04:05.000678+00:00\"}");
        assertThat(text(LocalDateTime.parse("2024-01-02T00:00")))
                .isEqualTo("{\"__type__\": \"datetime\", \"__value__\": \"2024-01-02T00:00:00\"}");
        assertThat(text(ZonedDateTime.parse("2024-01-02T03:04:05+05:45[Asia/Kathmandu]")))
                .isEqualTo("{\"__type__\": \"datetime\", \"__value__\": \"2024-01-02T03:04:05+05:45\"}");
        assertThat(text(LocalTime.of(1, 2))).isEqualTo("{\"__type__\": \"time\", \"__value__\": \"01:02:00\"}");
        assertThat(text("ab".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("{\"__type__\": \"bytes\", \"__value__\": \"ab\"}");
        assertThat(text(new byte[] {-1})).isEqualTo("{\"__type__\": \"base64\", \"__value__\": \"/w==\"}");
        assertThat(text(new UUID(0, 5)))
                .isEqualTo("{\"__type__\": \"uuid\", \"__value__\": {\"hex\": \"00000000000000000000000000000005\"}}");
        assertThatThrownBy(() -> json.encode(LocalDate.of(10_000, 1, 1))).isInstanceOf(EncodingException.class);
    }

    @Test
    void integersHaveAtMostTheDigitsThatPythonReads() {
        BigInteger beyond = BigInteger.TEN.pow(4_300);
        assertThat(json.encode(beyond.subtract(BigInteger.ONE))).hasSize(4_300);
        assertThat(json.encode(BigInteger.ONE.subtract(beyond))).hasSize(4_301);
        for (BigInteger number : List.of(beyond, beyond.negate(), BigInteger.ONE.shiftLeft(1_000_000))) {
            assertThatThrownBy(() -> json.encode(number))
                    .isInstanceOf(EncodingException.class)
                    .hasMessageContaining("4300 digits");
        }
    }

    @Test
    void records_encodeWithTaggedMembers() {
        Line line = new Line("a", 2, new BigDecimal("1.10"), Instant.parse("2024-01-02T03:04:05Z"));

        assertThat(text(Map.of("lines", List.of(line))))
                .isEqualTo("{\"lines\": [{\"sku\": \"a\", \"count\": 2, "
                        + "\"price\": {\"__type__\": \"decimal\", \"__value__\": \"1.10\"}, "
                        + "\"at\": {\"__type__\": \"datetime\", \"__value__\": \"2024-01-02T03:04:05+00:00\"}}]}");
        assertThat(text(Arrays.asList(Optional.of(1), Optional.empty(), Colour.RED, new int[] {1, 2}, 'c')))
                .isEqualTo("[1, null, \"RED\", [1, 2], \"c\"]");
        assertThat(json.<Line>convert(json.decode(json.encode(line)), Line.class))
                .isEqualTo(line);
    }

    @Test
    void strings_areEscapedAsPythonDoes() {
        assertThat(text("é\ud83d\u007f\"\\\n/\u0000😀"))
                .isEqualTo("\"\\u00e9\\ud83d\\u007f\\\"\\\\\\n/\\u0000\\ud83d\\ude00\"");
        assertThat(json.decode(bytes("\"\\ud83d\""))).isEqualTo("\ud83d");
        assertThatThrownBy(() -> json.decode(bytes("{\"\\ud83d\": 1}"))).isInstanceOf(ProtocolException.class);
    }

    @Test
    void unencodable_namesTheTypeOnly() {
        assertThatThrownBy(() -> json.encode(Map.of("x", new Secret())))
                .isInstanceOf(EncodingException.class)
                .hasMessageNotContaining("hunter2");
        assertThatThrownBy(() -> json.encode(Map.of(OffsetDateTime.MAX, 1))).isInstanceOf(EncodingException.class);
        assertThatThrownBy(() -> json.encode("x".repeat(50), 20))
                .isInstanceOfSatisfying(
                        EncodingException.class, e -> assertThat(e.tooLarge()).isTrue());
    }

    private String text(@Nullable Object value) {
        return new String(json.encode(value), StandardCharsets.US_ASCII);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void bytesOfHalfASurrogatePair_areRefused_asPythonDoes_andWholePairsAreRead() {
        assertThatThrownBy(() -> json.decode(bytes("{\"__type__\": \"bytes\", \"__value__\": \"a\\ud83d\"}")))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("surrogate");
        assertThat(json.decode(bytes("{\"__type__\": \"bytes\", \"__value__\": \"\\ud83d\\ude00\"}")))
                .isEqualTo(new byte[] {(byte) 0xf0, (byte) 0x9f, (byte) 0x98, (byte) 0x80});
    }
}
